/** Lines of equal value, by marching squares between the centres of cells. */

import { clamp } from "./layout";
import type { Plane } from "./resample";

/** Pieces of line, four numbers each: from x, y to x, y, as fractions of the plane's width and height. */
export type Lines = readonly number[];

/** Which edges of a square a line joins, by which corners lie above: 0 top, 1 right, 2 bottom, 3 left. */
const JOINED: readonly (readonly number[])[] = [
  [],
  [3, 0],
  [0, 1],
  [3, 1],
  [1, 2],
  [3, 0, 1, 2],
  [0, 2],
  [3, 2],
  [2, 3],
  [2, 0],
  [0, 1, 2, 3],
  [2, 1],
  [1, 3],
  [1, 0],
  [0, 3],
  [],
];

export function linesAt(plane: Plane, level: number): Lines {
  const { height, width, values } = plane;
  const lines: number[] = [];
  // One step beyond the border on each side, where the border cell goes on.
  for (let row = -1; row < height; row++) {
    const above = Math.max(0, row) * width;
    const below = Math.min(height - 1, row + 1) * width;
    for (let column = -1; column < width; column++) {
      const left = Math.max(0, column);
      const right = Math.min(width - 1, column + 1);
      const at = (cell: number) => (values[cell] as number) - level;
      const points = crossings(at(above + left), at(above + right), at(below + right), at(below + left));
      for (const [x, y] of points) {
        lines.push(inside((column + x + 0.5) / width), inside((row + y + 0.5) / height));
      }
    }
  }
  return lines;
}

type Point = readonly [x: number, y: number];

/** Where lines pass through a square with these corners, from the top left clockwise: two points a line. */
function crossings(a: number, b: number, c: number, d: number): readonly Point[] {
  const above = Number(a > 0) + 2 * Number(b > 0) + 4 * Number(c > 0) + 8 * Number(d > 0);
  // A sum with a cell that is not a number is none either.
  if (above === 0 || above === 15 || Number.isNaN(a + b + c + d)) return NONE;
  const saddle = above === 5 || above === 10;
  // In a saddle the middle decides which corners belong together.
  const edges = JOINED[saddle && a + b + c + d > 0 ? 15 - above : above] as readonly number[];
  return edges.map((edge): Point => {
    if (edge === 0) return [a / (a - b), 0];
    if (edge === 1) return [1, b / (b - c)];
    if (edge === 2) return [d / (d - c), 1];
    return [0, a / (a - d)];
  });
}

const NONE: readonly Point[] = [];

function inside(part: number): number {
  return clamp(part, 0, 1);
}
