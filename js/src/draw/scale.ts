/** From values to colours: which value is which end of the table. */

import type { Colormap, Normalize, Stats } from "../records";
import { isDiverging, NONFINITE, type Table } from "./colormap";
import { clamp } from "./layout";

/** The values at the two ends of the table, in activation units; turned round, `lo` is the larger one. */
export interface Range {
  readonly lo: number;
  readonly hi: number;
}

/** Code of a cell that is not finite, and of the largest finite value of a tile. */
export const CODE_NONFINITE = 255;
export const CODE_TOP = 254;

/** Smallest and largest value of a layer; 0 and 0 when no cell is finite. */
export function layerRange(stats: Stats): Range {
  let lo = Number.POSITIVE_INFINITY;
  let hi = Number.NEGATIVE_INFINITY;
  // Comparisons with NaN are false, so a channel without a finite cell takes no part.
  for (const value of stats.min) if (value < lo) lo = value;
  for (const value of stats.max) if (value > hi) hi = value;
  return lo <= hi ? { lo, hi } : { lo: 0, hi: 0 };
}

/** Two numbers as a range; `null` where they are none. */
export function rangeIn([lo = Number.NaN, hi = Number.NaN]: readonly number[]): Range | null {
  return Number.isFinite(hi - lo) && lo < hi ? { lo, hi } : null;
}

/** The values at the ends of the table for one channel. */
export function rangeOf(
  layer: Range,
  stats: Stats,
  channel: number,
  normalize: Normalize,
  colormap: Colormap,
): Range {
  const own = { lo: finite(stats.min[channel]), hi: finite(stats.max[channel]) };
  const base = normalize === "channel" ? own : layer;
  return normalize === "symmetric" || isDiverging(colormap) ? around(base) : base;
}

/** −m … m, with m the larger magnitude of the two ends. */
export function around({ lo, hi }: Range): Range {
  const m = Math.max(Math.abs(lo), Math.abs(hi));
  return { lo: -m, hi: m };
}

/** Where a value lies in a range, 0 to 1 inside; the middle when the range is a single value. */
export function fraction(value: number, { lo, hi }: Range): number {
  return hi !== lo ? (value - lo) / (hi - lo) : 0.5;
}

/** The value of a code, or NaN for a cell that is not finite. */
export function valueOfCode(code: number, lo: number, hi: number): number {
  return code === CODE_NONFINITE ? Number.NaN : lo + ((hi - lo) * code) / CODE_TOP;
}

/** The colour of each code of a tile whose codes 0 and 254 stand for `lo` and `hi`. */
export function lookup(
  table: Table,
  lo: number,
  hi: number,
  range: Range,
  lut = new Uint32Array(256),
): Uint32Array {
  const start = fraction(lo, range) * 255;
  const step = hi > lo && range.hi !== range.lo ? ((hi - lo) / (range.hi - range.lo) / CODE_TOP) * 255 : 0;
  for (let code = 0; code <= CODE_TOP; code++) {
    const place = Math.round(start + step * code);
    lut[code] = table[clamp(place, 0, 255)] ?? 0;
  }
  lut[CODE_NONFINITE] = NONFINITE;
  return lut;
}

function finite(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) ? value : 0;
}
