/** Rectangles in pixels of the network's input: left, top, right, bottom, whole numbers inside it. */

import { clamp } from "./layout";
import type { Point } from "./stroke";

export type Box = readonly [left: number, top: number, right: number, bottom: number];

/** The shortest side a rectangle may have. */
const LEAST = 4;

/** The part that a corner or side may move: -1 the left or upper one, 1 the right or lower one, 0 neither. */
export type Grip = readonly [-1 | 0 | 1, -1 | 0 | 1];

/** Four numbers as a rectangle; `null` where there are not four. */
export function boxOf(numbers: readonly number[]): Box | null {
  return numbers.length === 4 && numbers.every(Number.isFinite) ? (numbers as unknown as Box) : null;
}

/** The rectangle between two points, of whole pixels. */
export function between(a: Point, b: Point, size: Point): Box {
  const [left, right] = span(a[0], b[0], size[0]);
  const [top, bottom] = span(a[1], b[1], size[1]);
  return [left, top, right, bottom];
}

/** Half of the width and of the height, in the middle. */
export function middleBox([width, height]: Point): Box {
  const quarter = (side: number) => Math.round(side / 4);
  return [quarter(width), quarter(height), width - quarter(width), height - quarter(height)];
}

/** The same rectangle elsewhere, never beyond the image. */
export function movedBox([left, top, right, bottom]: Box, by: Point, [width, height]: Point): Box {
  const x = clamp(Math.round(left + by[0]), 0, width - (right - left));
  const y = clamp(Math.round(top + by[1]), 0, height - (bottom - top));
  return [x, y, x + right - left, y + bottom - top];
}

/** The rectangle with one side or two elsewhere; the others stay where they are. */
export function resized([left, top, right, bottom]: Box, grip: Grip, by: Point, size: Point): Box {
  const [l, r] = stretched(left, right, grip[0], by[0], size[0]);
  const [t, b] = stretched(top, bottom, grip[1], by[1], size[1]);
  return [l, t, r, b];
}

function stretched(start: number, end: number, side: -1 | 0 | 1, by: number, most: number): [number, number] {
  const least = Math.min(LEAST, most);
  if (side < 0) return [clamp(Math.round(start + by), 0, end - least), end];
  if (side > 0) return [start, clamp(Math.round(end + by), start + least, most)];
  return [start, end];
}

/** From one place to another, in whole pixels; what is too short grows, inward at the end. */
function span(a: number, b: number, most: number): [number, number] {
  const start = clamp(Math.round(Math.min(a, b)), 0, most);
  const end = clamp(Math.round(Math.max(a, b)), 0, most);
  const least = Math.min(LEAST, most);
  const first = Math.min(start, most - least);
  return [first, Math.max(end, first + least)];
}
