import { expect, test } from "vitest";
import { distanceTo, MOST, moved, type Point, pointAt, portion, thinned } from "./stroke";

/** Numbers from 0 to 1 that are the same each time. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

function walk(count: number, stride: number, seed: number): Point[] {
  const next = random(seed);
  const points: [number, number][] = [[112, 112]];
  for (let i = 1; i < count; i++) {
    const [x, y] = points[i - 1] as [number, number];
    points.push([x + stride * (next() - 0.5), y + stride * (next() - 0.5)]);
  }
  return points;
}

/** From a point to the nearest piece of a way. */
function away(point: Point, way: readonly Point[]): number {
  return Math.min(...way.slice(1).map((to, i) => distanceTo(point, way[i] as Point, to)));
}

test.each([1, 2, 3])("what is left out of a way lies on it, within the tolerance (%i)", (seed) => {
  const points = walk(700, 6, seed);
  const way = thinned(points, 1);
  expect(way.length).toBeLessThan(points.length);
  expect(way[0]).toBe(points[0]);
  expect(way.at(-1)).toBe(points.at(-1));
  for (const point of points) expect(away(point, way)).toBeLessThanOrEqual(1 + 1e-9);
});

test("a straight way needs its ends only, a way back its turn too", () => {
  const there = Array.from({ length: 30 }, (_, i): Point => [i, 2 * i]);
  expect(thinned(there, 0.1)).toEqual([there[0], there[29]]);
  expect(thinned([...there, [5, 10]], 0.1)).toEqual([there[0], there[29], [5, 10]]);
});

test("one point, and the same point again, are no way to thin", () => {
  expect(thinned([[3, 4]], 1)).toEqual([[3, 4]]);
  expect(thinned([], 1)).toEqual([]);
  expect(portion([[3, 4]], 12)).toEqual({ now: [[3, 4]], rest: [] });
});

test.each([1, 2, 3])("a way too long for one message goes in several, without a gap (%i)", (seed) => {
  const points = walk(3000, 40, seed);
  const parts: Point[][] = [];
  for (let rest: Point[] = points; rest.length > 0; ) {
    const part = portion(rest, 1);
    expect(part.now.length).toBeLessThanOrEqual(MOST);
    parts.push(part.now);
    if (part.rest.length > 0) expect(part.rest[0]).toBe(part.now.at(-1));
    rest = part.rest;
  }
  expect(parts.length).toBeGreaterThan(1);
  // Each time what is left is thinned again, so it may be off by as much again.
  const way = parts.flat();
  for (const point of points.filter((_, i) => i % 11 === 0))
    expect(away(point, way)).toBeLessThanOrEqual(0.25 * parts.length);
});

test("a place on the picture is a pixel of the input, also of one that is not square", () => {
  expect(pointAt(0.5, 0.25, [224, 96])).toEqual([112, 24]);
  expect(pointAt(-0.1, 1.1, [100, 100])).toEqual([-10, 110]);
  expect(pointAt(1 / 3, 0, [1, 1])).toEqual([0.33, 0]);
});

test("by keys the brush stays on the picture", () => {
  expect(moved([3, 90], [-10, 10], [224, 96])).toEqual([0, 96]);
  expect(moved([3, 90], [10, -10], [224, 96])).toEqual([13, 80]);
});
