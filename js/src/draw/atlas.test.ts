import { expect, test, vi } from "vitest";
import { Atlas } from "./atlas";

const codes = new Uint8Array(64);
const lut = new Uint32Array(256);

test("a tile is coloured once and keeps its place", () => {
  const atlas = new Atlas(8, 8, 100);
  const colours = vi.fn(() => lut);
  const first = atlas.place(5, codes, colours);
  expect(atlas.place(5, codes, colours)).toEqual(first);
  expect(colours).toHaveBeenCalledTimes(1);
});

test("no two tiles share a place, and all lie on the canvas", () => {
  const atlas = new Atlas(8, 6, 30);
  const places = Array.from({ length: 30 }, (_, i) => atlas.place(i, codes, () => lut));
  expect(new Set(places.map(({ x, y }) => `${x},${y}`)).size).toBe(30);
  expect(places.every(({ x, y }) => x + 8 <= atlas.canvas.width && y + 6 <= atlas.canvas.height)).toBe(true);
});

test("when it is full, the tile used longest ago makes room", () => {
  const atlas = new Atlas(8, 8, 9, 2 * 64);
  const a = atlas.place(1, codes, () => lut);
  atlas.place(2, codes, () => lut);
  atlas.place(1, codes, () => lut);
  atlas.place(3, codes, () => lut);
  const colours = vi.fn(() => lut);
  expect(atlas.place(1, codes, colours)).toEqual(a);
  expect(colours).not.toHaveBeenCalled();
});

test("cleared, everything is coloured anew", () => {
  const atlas = new Atlas(8, 8, 9);
  atlas.place(1, codes, () => lut);
  atlas.clear();
  const colours = vi.fn(() => lut);
  atlas.place(1, codes, colours);
  expect(colours).toHaveBeenCalledTimes(1);
});

test("no side is longer than browsers can draw", () => {
  const atlas = new Atlas(224, 224, 5000, 1 << 30);
  expect(Math.max(atlas.canvas.width, atlas.canvas.height)).toBeLessThanOrEqual(4096);
});
