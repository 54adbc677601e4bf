/** Channels of two that are compared: in which order they stand, where, and in which colours. */

import type { Differences, Pair } from "../compared";
import { clamp, GAP, type Layout } from "./layout";
import { around, type Range } from "./scale";

export const RANKINGS = ["change", "correlation", "number"] as const;
export type RankedBy = (typeof RANKINGS)[number];

/** Numbers of the channels: by change falling, by correlation rising, what is not known last. */
export function ranked({ change, correlation }: Differences, by: RankedBy): number[] {
  const order = Array.from(change, (_, channel) => channel);
  if (by === "number") return order;
  const key = (channel: number) =>
    by === "change" ? -(change[channel] ?? Number.NaN) : (correlation[channel] ?? Number.NaN);
  const last = (channel: number) => Number(Number.isNaN(key(channel)));
  return order.sort((a, b) => last(a) - last(b) || (last(a) ? 0 : key(a) - key(b)) || a - b);
}

/** Least width of a card, in CSS pixels, and the room between cards and between its tiles. */
const CARD = 212;
export const APART = 16;
export const BETWEEN = 3;
/** Height of the two lines below the tiles. */
const LINES = 36;

/** Cards of three tiles side by side; `aspect` is a tile's height over its width. */
export function cardsOf(count: number, available: number, aspect: number): Layout {
  const fitting = Math.max(1, Math.floor((available + APART) / (CARD + APART)));
  const columns = Math.max(1, Math.min(fitting, count));
  const width = Math.max(1, (available - APART * (fitting - 1)) / fitting);
  // Tiles that are very wide or very high are cut to size, as in the grid.
  const tile = ((width - 2 * BETWEEN) / 3) * clamp(aspect, 0.4, 2.5);
  const height = Math.round(tile) + LINES;
  const rows = Math.ceil(count / columns);
  return { count, columns, rows, width, height, total: Math.max(0, rows * (height + GAP) - GAP) };
}

/** Most bytes of one answer, and most channels in it. */
const MOST_BYTES = 512 * 1024;
const MOST_CHANNELS = 12;

/** How many channels are asked for at once, where a channel has so many cells. */
export function pageOf([height, width]: readonly [number, number]): number {
  return Math.max(1, Math.min(MOST_CHANNELS, Math.floor(MOST_BYTES / (3 * height * width))));
}

/** The values at the ends of the colours: one scale for this and the other, and as far to both sides for their difference. */
export function rangesOf(
  { this: one, other, difference }: Pair,
  at: number,
  held: Range | null,
  signed: boolean,
): { readonly both: Range; readonly difference: Range } {
  const [a, b, d] = [one[at], other[at], difference[at]];
  const own = { lo: Math.min(a?.lo ?? 0, b?.lo ?? 0), hi: Math.max(a?.hi ?? 0, b?.hi ?? 0) };
  const both = held ?? own;
  return {
    both: signed ? around(both) : both,
    difference: around(held ?? { lo: d?.lo ?? 0, hi: d?.hi ?? 0 }),
  };
}
