/** Which cell is at a place, and which part of the image it stands for. */

import { clamp } from "../draw/layout";
import type { Cell } from "../draw/query";
import type { About, LayerInfo } from "../records";

/** Left, top, right, bottom as fractions of an image. */
export type Crop = readonly [number, number, number, number];

export const WHOLE: Crop = [0, 0, 1, 1];

interface Place {
  readonly u: number;
  readonly v: number;
}

/** Row and column of the cell at a place. */
export function cellAt({ u, v }: Place, [height, width]: readonly [number, number]): [number, number] {
  const inside = (part: number, count: number) => clamp(Math.floor(part * count), 0, count - 1);
  return [inside(v, height), inside(u, width)];
}

/** The cell in the middle: something is shown before anything is chosen. */
export function middleOf([height, width]: Cell): Cell {
  return [Math.floor(height / 2), Math.floor(width / 2)];
}

/** The middle of a cell. */
export function placeOf([row, column]: Cell, [height, width]: Cell): Place {
  return { u: (column + 0.5) / width, v: (row + 0.5) / height };
}

/** The part of the network's input that a cell stands for: an even share, less than its receptive field. */
export function cellBox(place: Place, size: readonly [number, number]): Crop {
  const [row, column] = cellAt(place, size);
  return [column / size[1], row / size[0], (column + 1) / size[1], (row + 1) / size[0]];
}

/** What a cell could see of the network's input; `null` where nobody knows, or it is all padding. */
export function fieldBox(place: Place, layer: LayerInfo | null, input: About["input"]): Crop | null {
  const { receptive_field: sides, receptive_start: start, effective_stride: step } = layer ?? {};
  const [, ...extent] = input ?? [];
  if (!layer || !sides || extent.length < 2) return null;
  const [, ...size] = layer.shape;
  const cell = cellAt(place, size as [number, number]);
  const [top, left] = [0, 1].map((axis) => {
    const side = sides[axis] as number | "all";
    if (side === "all") return [0, 1] as const;
    // Of a single cell no step is needed; whatever else is not known makes no number.
    const way = size[axis] === 1 ? 0 : (step?.[axis] ?? Number.NaN) * (cell[axis] as number);
    const first = (start?.[axis] ?? Number.NaN) + way;
    const whole = extent[axis] as number;
    return [clamp(first / whole, 0, 1), clamp((first + side) / whole, 0, 1)] as const;
  }) as [readonly [number, number], readonly [number, number]];
  return top[0] < top[1] && left[0] < left[1] ? [left[0], top[0], left[1], top[1]] : null;
}

/** A part of a part, as a part of the whole. */
export function within(outer: Crop, inner: Crop): Crop {
  const [left, top, right, bottom] = outer;
  const [width, height] = [right - left, bottom - top];
  return [left + inner[0] * width, top + inner[1] * height, left + inner[2] * width, top + inner[3] * height];
}

/** A frame around a part, as styles of an element that is placed by its centre. */
export function frameStyle([left, top, right, bottom]: Crop) {
  const share = (part: number) => `${100 * part}%`;
  return {
    left: share((left + right) / 2),
    top: share((top + bottom) / 2),
    width: share(right - left),
    height: share(bottom - top),
  };
}

/** The pixel of the network's input at a place, as [x, y]. */
export function pixelAt({ u, v }: Place, input: readonly number[] | undefined): [number, number] | null {
  const [, height, width] = input ?? [];
  if (!height || !width) return null;
  return [Math.min(width - 1, Math.floor(u * width)), Math.min(height - 1, Math.floor(v * height))];
}
