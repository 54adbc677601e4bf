/** Where the kernels of a layer stand: a row an output channel, and across it a column an input channel. */

import { clamp, GAP, type Layout } from "./layout";
import type { Cell } from "./query";

/** Width of a row's number and picture, and height of the line of column numbers, in CSS pixels. */
export const LEFT = 80;
export const HEAD = 18;

/** Sides of a kernel, and the least height of a row, in CSS pixels. */
const SIDE = 33;
const SMALLEST = 3;
const LARGEST = 16;
/** To which they grow where there is room for all columns. */
const GROWN = { cell: 24, side: 66 };
const LEAST_ROW = 24;

export interface Matrix {
  /** The rows, as a grid of one column. */
  readonly layout: Layout;
  readonly columns: number;
  /** Height and width of a kernel in cells. */
  readonly size: Cell;
  /** Height and width of a cell, and what lies between two kernels, in CSS pixels. */
  readonly cell: Cell;
  readonly gap: number;
  /** Width of the labels and all columns. */
  readonly width: number;
}

/** The kernels of `outputs` × `inputs` channels, to be seen through a window that is `room` pixels wide. */
export function matrixOf(outputs: number, inputs: number, size: Cell, room = 0): Matrix {
  // Kernels of one cell are a heat map: nothing stands between them.
  const gap = Math.max(...size) === 1 ? 0 : 3;
  const cell = cellOf(size, (room - LEFT) / inputs - gap);
  const height = Math.max(LEAST_ROW, size[0] * cell[0]);
  const width = LEFT + inputs * (size[1] * cell[1] + gap);
  const total = Math.max(0, outputs * (height + GAP) - GAP);
  return {
    layout: { count: outputs, columns: 1, rows: outputs, width, height, total },
    columns: inputs,
    size,
    cell,
    gap,
    width,
  };
}

/** A single row of cells is as high as its label, a single column not too narrow to point at. */
function cellOf([rows, columns]: Cell, room: number): Cell {
  const longest = Math.max(rows, columns);
  const least = clamp(Math.floor(SIDE / longest), SMALLEST, LARGEST);
  const most = Math.max(least, Math.min(GROWN.cell, Math.floor(GROWN.side / longest)));
  const side = clamp(Math.floor(room / columns), least, most);
  return [rows === 1 ? LEAST_ROW : side, columns === 1 ? Math.max(12, side) : side];
}

/** Width of a column with the gap beside it. */
export function pitchOf({ size, cell, gap }: Matrix): number {
  return size[1] * cell[1] + gap;
}

/** Columns `first` to `last`, the last one not included, that show in a window of `width` at `left`. */
export function columnsInSight(matrix: Matrix, left: number, width: number): { first: number; last: number } {
  const pitch = pitchOf(matrix);
  const first = Math.floor(Math.max(0, left) / pitch);
  const last = Math.ceil((Math.max(0, left) + width - LEFT) / pitch);
  return { first: clamp(first, 0, matrix.columns), last: clamp(last, 0, matrix.columns) };
}

/** How far to scroll to the right so that a column is wholly in sight. */
export function scrollToColumn(matrix: Matrix, column: number, left: number, width: number): number {
  const pitch = pitchOf(matrix);
  const start = column * pitch;
  if (start < left) return start;
  const room = width - LEFT;
  return start + pitch > left + room ? start + pitch - room : left;
}

/** A kernel under a point, and which of its cells. */
export interface KernelHit {
  /** Place of the row, and of the column; `null` over the row's label. */
  readonly row: number;
  readonly column: number | null;
  /** Row and column in the kernel; `null` beside it. */
  readonly cell: Cell | null;
}

/** What is at a point of the whole matrix, counted from its first row and from the left of the labels. */
export function hitKernel(matrix: Matrix, x: number, y: number): KernelHit | null {
  const { layout, size, cell } = matrix;
  const row = Math.floor(y / (layout.height + GAP));
  if (row < 0 || row >= layout.count || y < 0) return null;
  const pitch = pitchOf(matrix);
  const column = Math.floor((x - LEFT) / pitch);
  if (x < LEFT || column >= matrix.columns) return { row, column: null, cell: null };
  const down = Math.floor((y - row * (layout.height + GAP) - topOf(matrix)) / cell[0]);
  const right = Math.floor((x - LEFT - column * pitch) / cell[1]);
  const inside = down >= 0 && down < size[0] && right >= 0 && right < size[1];
  return { row, column, cell: inside ? [down, right] : null };
}

/** How far below the top of its row a kernel begins: it stands in the middle. */
export function topOf({ layout, size, cell }: Matrix): number {
  return Math.floor((layout.height - size[0] * cell[0]) / 2);
}

/** Every how many columns a number has room. */
export function numberedEvery(matrix: Matrix): number {
  const digits = String(Math.max(0, matrix.columns - 1)).length;
  const fitting = Math.ceil((digits * 6 + 6) / pitchOf(matrix));
  return [1, 2, 4, 5, 8, 10, 16, 20, 32, 50, 100].find((step) => step >= fitting) ?? fitting;
}
