/** The number that a tile carries: that by which the grid is sorted. */

import type { Sort } from "../records";
import { brief } from "./figures";

export interface Tag {
  readonly text: string;
  /** Length of its bar: its size by that of the largest, 0 to 1. */
  readonly length: number;
  readonly negative: boolean;
}

/** Sorts by numbers of their own, and which of those have a sign that tells something. */
const SIGNED: Partial<Record<Sort, boolean>> = { share: true, effect: true, region: true, change: false };

/** The tags of the channels, made when they are first asked for; `null` for a channel whose number is not known. */
export function tagsOf(sort: Sort, values: Float32Array | null): ((channel: number) => Tag | null) | null {
  const signed = SIGNED[sort];
  if (!values || signed === undefined) return null;
  let [largest, total] = [0, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    largest = Math.max(largest, Math.abs(value));
    total += Math.abs(value);
  }
  const known = new Map<number, Tag>();
  return (channel) => {
    const value = values[channel];
    if (value === undefined || Number.isNaN(value)) return null;
    // What is a thousandth of the largest tells no more than that it is next to nothing.
    const told = Math.abs(value) < largest / 1000 ? 0 : value;
    const own = signed ? plus(brief(told), told) : brief(told);
    const tag = known.get(channel) ?? {
      text: sort === "share" && Number.isFinite(value) ? relative(value, total) : own,
      length: largest > 0 ? Math.min(1, Math.abs(value) / largest) : 0,
      negative: value < 0,
    };
    known.set(channel, tag);
    return tag;
  };
}

/** A part of `total` in percent, with its sign: `+4.1 %`. */
export function relative(value: number, total: number): string {
  const share = total > 0 ? (100 * value) / total : 0;
  const text = Math.abs(share).toFixed(1);
  return Number(text) === 0 ? "0 %" : `${share < 0 ? "\u2212" : "+"}${text} %`;
}

/** The text of a number with a plus where it is positive. */
export function plus(text: string, value: number): string {
  return value > 0 ? `+${text}` : text;
}
