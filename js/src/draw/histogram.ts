/** Histograms on a common axis: where their bins stand, and how high. */

import { clamp } from "./layout";
import { fraction, type Range } from "./scale";

/** How many values lie in each of the bins, which are equally wide between `ends`. */
export interface Bins {
  readonly counts: Float32Array;
  readonly ends: readonly [number, number];
}

/** The stretch that holds all bins of all histograms; something around it where all values are one. */
export function jointSpan(histograms: readonly Bins[]): Range {
  const lo = Math.min(...histograms.map(({ ends }) => ends[0]));
  const hi = Math.max(...histograms.map(({ ends }) => ends[1]));
  const room = Math.abs(lo) / 2 || 0.5;
  return hi > lo ? { lo, hi } : { lo: lo - room, hi: hi + room };
}

/** Bins to draw on an axis: values that are all one get a bin that can be seen. */
export function drawable<T extends Bins>(bins: T, axis: Range): T {
  const [lo, hi] = bins.ends;
  if (hi > lo) return bins;
  const room = (axis.hi - axis.lo) / 100;
  return { ...bins, ends: [lo - room, hi + room], counts: Float32Array.of(totalOf(bins)) };
}

function spanOf({ ends: [lo, hi] }: Bins): Range {
  return { lo, hi };
}

/** Values at the two ends of a bin. */
export function edgesOf(bins: Bins, bin: number): Range {
  const { lo, hi } = spanOf(bins);
  const at = (i: number) => lo + ((hi - lo) * i) / bins.counts.length;
  return { lo: at(bin), hi: at(bin + 1) };
}

/** The bin that holds a value; `null` beyond the ends. */
export function binAt(bins: Bins, value: number): number | null {
  const place = fraction(value, spanOf(bins));
  if (!(place >= 0 && place <= 1) || bins.counts.length === 0) return null;
  return Math.min(bins.counts.length - 1, Math.floor(place * bins.counts.length));
}

/**
 * How often each count of `other` counts beside `own`: as if it held as many values, in bins as wide.
 * Equal distributions then lie upon each other, whatever their bins.
 */
export function weightBeside(own: Bins, other: Bins): number {
  const area = totalOf(other) * widthOf(other);
  return area > 0 ? (totalOf(own) * widthOf(own)) / area : 0;
}

export function totalOf({ counts }: Bins): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function widthOf(bins: Bins): number {
  const { lo, hi } = spanOf(bins);
  return (hi - lo) / Math.max(1, bins.counts.length);
}

/** Height of a count, 0 to 1, where `top` reaches the top. On a logarithmic axis, half a value is 0. */
export function heightOf(count: number, top: number, log: boolean): number {
  if (!(count > 0 && top > 0)) return 0;
  if (!log) return Math.min(1, count / top);
  return clamp(Math.log(2 * count) / Math.log(2 * Math.max(1, top)), 0, 1);
}

/** The steps over the bins, closed along the bottom: the path of an SVG of 100 × 100. */
export function stepsOf(bins: Bins, axis: Range, height: (count: number) => number): string {
  const x = (value: number) => (100 * fraction(value, axis)).toFixed(3);
  const parts = Array.from(bins.counts, (count, bin) => {
    const { lo, hi } = edgesOf(bins, bin);
    const y = (100 * (1 - height(count))).toFixed(3);
    return `L${x(lo)} ${y}L${x(hi)} ${y}`;
  });
  const { lo, hi } = spanOf(bins);
  return `M${x(lo)} 100${parts.join("")}L${x(hi)} 100Z`;
}

/** About `count` round values inside an axis, evenly spaced. */
export function ticksOf({ lo, hi }: Range, count: number): number[] {
  const rough = (hi - lo) / Math.max(1, count);
  if (!(rough > 0) || !Number.isFinite(rough)) return [];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((digit) => digit * power >= rough * 0.999) ?? 10);
  const [first, last] = [Math.ceil(lo / step - 1e-9), Math.floor(hi / step + 1e-9)];
  // Whole multiples of the step, in as many digits as it has, so that 0.3 is not 0.30000000000000004.
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}
