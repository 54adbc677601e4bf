/** Where the tiles stand: whole tiles that fill the width, and the few rows that are in sight. */

export const GAP = 4;
export const SMALLEST = 48;
export const LARGEST = 160;

/** A grid of tiles, in CSS pixels. */
export interface Layout {
  readonly count: number;
  readonly columns: number;
  readonly rows: number;
  /** Width and height of one tile; the width need not be whole. */
  readonly width: number;
  readonly height: number;
  /** Height of all rows. */
  readonly total: number;
}

/** Rows `first` to `last`, the last one not included. */
export interface Rows {
  readonly first: number;
  readonly last: number;
}

/** Fit `count` tiles of about `side` into `available` pixels; `aspect` is a tile's height over its width. */
export function layoutOf(count: number, available: number, side: number, aspect = 1): Layout {
  const wanted = Math.max(SMALLEST, Math.min(LARGEST, side));
  const fitting = Math.max(1, Math.round((available + GAP) / (wanted + GAP)));
  const columns = Math.max(1, Math.min(fitting, Math.max(1, count)));
  // Few tiles keep the size of a full row rather than swelling to fill it.
  const width = Math.max(1, (available - GAP * (fitting - 1)) / fitting);
  const height = Math.round(width * Math.max(0.4, Math.min(2.5, aspect)));
  const rows = Math.ceil(count / columns);
  return { count, columns, rows, width, height, total: Math.max(0, rows * (height + GAP) - GAP) };
}

/** The rows that show in a window of `height` at `top`, and `margin` rows beyond each end. */
export function rowsInSight(layout: Layout, top: number, height: number, margin = 0): Rows {
  const pitch = layout.height + GAP;
  const first = Math.floor(Math.max(0, top) / pitch) - margin;
  const last = Math.ceil((Math.max(0, top) + height) / pitch) + margin;
  return { first: clamp(first, 0, layout.rows), last: clamp(last, 0, layout.rows) };
}

/** Left and top of a tile in the whole grid. */
export function placeOf(layout: Layout, index: number): { x: number; y: number } {
  const row = Math.floor(index / layout.columns);
  return { x: (index % layout.columns) * (layout.width + GAP), y: row * (layout.height + GAP) };
}

/** A tile under a point of the whole grid, and where in it the point lies, 0 to 1. */
export interface Hit {
  readonly index: number;
  readonly u: number;
  readonly v: number;
}

export function hit(layout: Layout, x: number, y: number): Hit | null {
  const column = Math.floor(x / (layout.width + GAP));
  const row = Math.floor(y / (layout.height + GAP));
  const u = (x - column * (layout.width + GAP)) / layout.width;
  const v = (y - row * (layout.height + GAP)) / layout.height;
  const index = row * layout.columns + column;
  const inside = column >= 0 && column < layout.columns && row >= 0 && index < layout.count;
  return inside && u < 1 && v < 1 ? { index, u, v } : null;
}

/** Where a key leads from a tile; `null` when the key does not move. */
export function step(
  layout: Layout,
  index: number,
  key: string,
  whole: boolean,
  page: number,
): number | null {
  const { columns, count } = layout;
  const rowStart = index - (index % columns);
  const moves: Record<string, number> = {
    ArrowLeft: index - 1,
    ArrowRight: index + 1,
    ArrowUp: index - columns,
    ArrowDown: index + columns,
    Home: whole ? 0 : rowStart,
    End: whole ? count - 1 : rowStart + columns - 1,
    PageUp: Math.max(index % columns, index - page * columns),
    PageDown: Math.min(lastInColumn(layout, index), index + page * columns),
  };
  const next = moves[key];
  if (next === undefined) return null;
  const leaves = (key === "ArrowUp" || key === "ArrowDown") && (next < 0 || next >= count);
  return leaves ? index : clamp(next, 0, count - 1);
}

/** How far to scroll so that a tile is wholly in sight. */
export function scrollTo(layout: Layout, index: number, top: number, height: number): number {
  const { y } = placeOf(layout, index);
  if (y < top) return y;
  return y + layout.height > top + height ? y + layout.height - height : top;
}

function lastInColumn({ columns, count }: Layout, index: number): number {
  const column = index % columns;
  return column + Math.floor((count - 1 - column) / columns) * columns;
}

export function clamp(value: number, lo: number, hi: number): number {
  return Math.max(lo, Math.min(hi, value));
}
