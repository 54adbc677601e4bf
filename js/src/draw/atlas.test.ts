import { expect, test, vi } from "vitest";
import { Atlas } from "./atlas";

const paint = () => {};

test("a tile is coloured once and keeps its place", () => {
  const atlas = new Atlas(8, 8, 100);
  const painting = vi.fn();
  const first = atlas.place(5, painting);
  expect(atlas.place(5, painting)).toEqual(first);
  expect(painting).toHaveBeenCalledTimes(1);
});

test("no two tiles share a place, and all lie on the canvas", () => {
  const atlas = new Atlas(8, 6, 30);
  const places = Array.from({ length: 30 }, (_, i) => atlas.place(i, paint));
  expect(new Set(places.map(({ x, y }) => `${x},${y}`)).size).toBe(30);
  expect(places.every(({ x, y }) => x + 8 <= atlas.canvas.width && y + 6 <= atlas.canvas.height)).toBe(true);
});

test("when it is full, the tile used longest ago makes room", () => {
  const atlas = new Atlas(8, 8, 9, 2 * 64);
  const a = atlas.place(1, paint);
  atlas.place(2, paint);
  atlas.place(1, paint);
  atlas.place(3, paint);
  const painting = vi.fn();
  expect(atlas.place(1, painting)).toEqual(a);
  expect(painting).not.toHaveBeenCalled();
});

test("cleared, everything is coloured anew", () => {
  const atlas = new Atlas(8, 8, 9);
  atlas.place(1, paint);
  atlas.clear();
  const painting = vi.fn();
  atlas.place(1, painting);
  expect(painting).toHaveBeenCalledTimes(1);
});

test("no side is longer than browsers can draw", () => {
  const atlas = new Atlas(224, 224, 5000, 1 << 30);
  expect(Math.max(atlas.canvas.width, atlas.canvas.height)).toBeLessThanOrEqual(4096);
});

test("what is renewed is painted once more, in its place", () => {
  const atlas = new Atlas(8, 8, 9);
  const place = atlas.place(1, paint);
  atlas.renew(1);
  const painting = vi.fn();
  expect(atlas.place(1, painting)).toEqual(place);
  atlas.place(1, painting);
  expect(painting).toHaveBeenCalledTimes(1);
});
