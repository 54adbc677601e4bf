/** In which order the channels stand. */

import type { Sort, Stats } from "../records";

/** Channel numbers in order: by number, or falling by a statistic; equal ones by number. */
export function orderOf(sort: Sort, stats: Stats, shares: Float32Array | null): Uint32Array {
  const order = Uint32Array.from(stats.max, (_, channel) => channel);
  const key = keyOf(sort, stats, shares);
  if (!key || key.length !== order.length) return order;
  return order.sort((a, b) => falling(key[a], key[b]) || a - b);
}

/** The numbers a sort goes by; `null` for the order of the channels themselves, or when unknown. */
function keyOf(sort: Sort, stats: Stats, shares: Float32Array | null): Float32Array | null {
  if (sort === "index") return null;
  return sort === "share" ? shares : stats[sort];
}

/** Larger first, NaN last. */
function falling(a = Number.NaN, b = Number.NaN): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return b - a;
}

/** What a channel is when all its cells hold one value. */
export function flatness(stats: Stats, channel: number): "" | "constant" | "dead" {
  const lo = stats.min[channel];
  const hi = stats.max[channel];
  if (lo === undefined || hi === undefined || lo !== hi || (stats.nonfinite[channel] ?? 0) > 0) return "";
  return hi === 0 ? "dead" : "constant";
}
