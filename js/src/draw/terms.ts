/** The terms of a sum: in which order they are shown, and which of their cells lie in the padding. */

import { css, NONFINITE, sample, type Table } from "./colormap";
import { fraction, type Range } from "./scale";

export type TermOrder = "in order" | "largest first";

/** Places of the terms: as they come, or those that add or take away most first. */
export function orderTerms(partial: Float32Array, order: TermOrder): number[] {
  const places = Array.from(partial, (_, i) => i);
  if (order === "in order") return places;
  const size = (place: number) => Math.abs(partial[place] ?? 0);
  return places.sort((a, b) => size(b) - size(a) || a - b);
}

/** What a cell of a patch is, when it is no cell of the input. */
export type Outside = "" | "padding" | "between";

/**
 * Which cells of a patch are cells of its input.
 *
 * `rows` and `columns` say which row and column of the input each of the patch is; `size` is the input's
 * height and width, `null` where nobody knows it. A transposed convolution also reads between the cells: those
 * are -1, which in any other layer is the first row or column of the padding.
 */
export function outsideOf(
  { rows, columns }: { readonly rows: readonly number[]; readonly columns: readonly number[] },
  size: readonly [number, number] | null,
  transposed: boolean,
): Outside[] {
  const [height, width] = size ?? [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const beyond = (place: number, count: number) => place >= count || place < (transposed ? -1 : 0);
  return rows.flatMap((row) =>
    columns.map((column): Outside => {
      if (beyond(row, height) || beyond(column, width)) return "padding";
      return row < 0 || column < 0 ? "between" : "";
    }),
  );
}

/** Colours of a cell with a number on it. */
export interface Ink {
  readonly background: string;
  readonly color: string;
}

/** The colour of a value, and dark or white ink, whichever is read better on it. */
export function inkOf(value: number, table: Table, range: Range): Ink {
  const colour = Number.isFinite(value) ? sample(table, fraction(value, range)) : NONFINITE;
  return { background: css(colour), color: luminance(colour) > 0.18 ? "#16191d" : "#fff" };
}

/** Relative luminance of a packed pixel, 0 to 1, as WCAG has it. */
export function luminance(colour: number): number {
  const part = (shift: number) => {
    const level = ((colour >>> shift) & 255) / 255;
    return level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * part(0) + 0.7152 * part(8) + 0.0722 * part(16);
}

/** The largest magnitude, as a range around zero. */
export function aroundZero(values: Float32Array): Range {
  let m = 0;
  // Comparisons with NaN are false, and what is infinite would leave no colours for the rest.
  for (const value of values) if (Math.abs(value) > m && Number.isFinite(value)) m = Math.abs(value);
  return { lo: -m, hi: m };
}
