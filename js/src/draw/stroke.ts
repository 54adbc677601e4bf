/** The way of a brush, as points that straight lines join. */

/** Right and down, in pixels of the network's input; their edges lie at whole numbers. */
export type Point = readonly [x: number, y: number];

/** How many points the kernel takes at once. */
export const MOST = 512;

/** How far, in pixels, a way may be from the points it leaves out, for a tip of a radius. */
function slack(radius: number): number {
  return Math.max(0.25, radius / 16);
}

/**
 * The same way with fewer points: its ends stay, and no point that is left out lies farther than `tolerance`
 * from the line that goes past it (Ramer, Douglas and Peucker).
 */
export function thinned(points: readonly Point[], tolerance: number): Point[] {
  const last = points.length - 1;
  if (last < 1) return [...points];
  const kept = new Uint8Array(points.length).fill(1, 0, 1).fill(1, last);
  const open: [number, number][] = [[0, last]];
  for (let span = open.pop(); span; span = open.pop()) {
    const [from, to] = span;
    const { at, distance } = farthest(points, from, to);
    if (distance <= tolerance) continue;
    kept[at] = 1;
    open.push([from, at], [at, to]);
  }
  return points.filter((_, i) => kept[i]);
}

/** Which point between two is farthest from the line that joins them. */
function farthest(points: readonly Point[], from: number, to: number) {
  let [at, distance] = [from, 0];
  for (let i = from + 1; i < to; i++) {
    const away = distanceTo(points[i] as Point, points[from] as Point, points[to] as Point);
    if (away > distance) [at, distance] = [i, away];
  }
  return { at, distance };
}

/** From a point to the line between two others. */
export function distanceTo([x, y]: Point, [x0, y0]: Point, [x1, y1]: Point): number {
  const [across, down] = [x1 - x0, y1 - y0];
  const square = across * across + down * down;
  const along = square > 0 ? ((x - x0) * across + (y - y0) * down) / square : 0;
  const part = Math.min(1, Math.max(0, along));
  return Math.hypot(x - x0 - part * across, y - y0 - part * down);
}

/**
 * What of a way goes in one message, and what has to wait for the next.
 *
 * Points that a tip of this radius would not show are left out first. Where there are still too many, the rest
 * begins with the last point that goes, so that no gap comes between.
 */
export function portion(points: readonly Point[], radius: number): { now: Point[]; rest: Point[] } {
  const way = thinned(points, slack(radius));
  return way.length > MOST ? { now: way.slice(0, MOST), rest: way.slice(MOST - 1) } : { now: way, rest: [] };
}

/** The place in an input of some width and height, from fractions of its picture. */
export function pointAt(u: number, v: number, [width, height]: Point): Point {
  // A hundredth of a pixel is finer than any screen, and short to write.
  return [Math.round(100 * u * width) / 100, Math.round(100 * v * height) / 100];
}

/** A point, moved, but not beyond the picture. */
export function moved([x, y]: Point, [right, down]: Point, [width, height]: Point): Point {
  const inside = (value: number, most: number) => Math.min(most, Math.max(0, value));
  return [inside(x + right, width), inside(y + down, height)];
}
