/** What a colour bar shows: a stretch of values, and the part of the colours it takes. */

import { isDiverging } from "../draw/colormap";
import { around, fraction, type Range } from "../draw/scale";
import type { Colormap, Normalize } from "../records";

export interface Axis {
  /** Values at the ends of the bar. */
  readonly lo: number;
  readonly hi: number;
  /** Where zero lies on the bar, 0 to 1; `null` when it is not strictly inside. */
  readonly zero: number | null;
}

/** The bar of values `own`, which are those of the layer or of one channel. */
export function axisOf(own: Range, normalize: Normalize): Axis {
  const { lo, hi } = normalize === "symmetric" ? around(own) : own;
  return { lo, hi, zero: lo < 0 && hi > 0 ? fraction(0, { lo, hi }) : null };
}

/** The part of a colour table that the values of an axis take, 0 to 1. */
export function partOf(axis: Axis, colormap: Colormap): [number, number] {
  if (!isDiverging(colormap)) return [0, 1];
  const pinned = around(axis);
  return [fraction(axis.lo, pinned), fraction(axis.hi, pinned)];
}
