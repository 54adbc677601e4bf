import { expect, test } from "vitest";
import { NONFINITE } from "./colormap";
import { paintColour } from "./kernelpaint";

const colour = (pixel: number) => [pixel & 255, (pixel >>> 8) & 255, (pixel >>> 16) & 255];

test("three inputs are red, green and blue; zero is grey, the ends are dark and full", () => {
  const pixels = new Uint32Array(2);
  // Two cells: (1, 0, −1) and (0, 0, 0).
  paintColour(Float32Array.of(1, 0, 0, 0, -1, 0), { lo: -1, hi: 1 }, pixels);
  expect([...pixels].map(colour)).toEqual([
    [255, 128, 0],
    [128, 128, 128],
  ]);
});

test("a range of nothing is grey, a weight that is not finite has a colour of its own", () => {
  const pixels = new Uint32Array(1);
  paintColour(Float32Array.of(0, 0, 0), { lo: 0, hi: 0 }, pixels);
  expect(colour(pixels[0] as number)).toEqual([128, 128, 128]);
  paintColour(Float32Array.of(0, Number.NaN, 0), { lo: -1, hi: 1 }, pixels);
  expect(pixels[0]).toBe(NONFINITE);
});
