/** In which order the channels stand. */

import type { LayerPictures, Sort, Stats } from "../records";

/**
 * Channel numbers in order: by number, or falling by a statistic or by numbers of the sort's own; equal ones by
 * number.
 */
export function orderOf(sort: Sort, stats: Stats, own: Float32Array | null): Uint32Array {
  const order = Uint32Array.from(stats.max, (_, channel) => channel);
  const key = keyOf(sort, stats, own);
  if (!key || key.length !== order.length) return order;
  return order.sort((a, b) => falling(key[a], key[b]) || a - b);
}

/** The numbers a sort goes by; `null` for the order of the channels themselves, or when unknown. */
function keyOf(sort: Sort, stats: Stats, own: Float32Array | null): Float32Array | null {
  if (sort === "index") return null;
  return isStatistic(sort) ? stats[sort] : own;
}

function isStatistic(sort: Sort): sort is Sort & keyof Stats {
  return ["max", "mean", "std", "l2", "active"].includes(sort);
}

/** Larger first, NaN last. */
function falling(a = Number.NaN, b = Number.NaN): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return b - a;
}

/** What a channel is when all its cells hold one value. */
export function flatness({ stats, side }: Pick<LayerPictures, "stats" | "side">, channel: number): string {
  const lo = stats.min[channel];
  const hi = stats.max[channel];
  if (lo === undefined || hi === undefined || lo !== hi || (stats.nonfinite[channel] ?? 0) > 0) return "";
  if (hi !== 0) return "constant";
  return side === "difference" ? "same" : "dead";
}
