import { expect, test } from "vitest";
import type { Stats } from "../records";
import { NONFINITE, tableOf } from "./colormap";
import { fraction, layerRange, lookup, rangeOf, valueOfCode } from "./scale";

function stats(min: number[], max: number[]): Stats {
  const none = Float32Array.from(min, () => 0);
  const range = { min: Float32Array.from(min), max: Float32Array.from(max) };
  return { ...range, mean: none, std: none, l2: none, active: none, nonfinite: none };
}

const three = stats([-2, 0, Number.NaN], [1, 4, Number.NaN]);
const layer = layerRange(three);

test("the range of a layer spans its channels and skips those without a finite cell", () => {
  expect(layer).toEqual({ lo: -2, hi: 4 });
  expect(layerRange(stats([Number.NaN], [Number.NaN]))).toEqual({ lo: 0, hi: 0 });
});

test("each way to normalise has its ends", () => {
  expect(rangeOf(layer, three, 0, "layer", "grey")).toEqual({ lo: -2, hi: 4 });
  expect(rangeOf(layer, three, 0, "channel", "grey")).toEqual({ lo: -2, hi: 1 });
  expect(rangeOf(layer, three, 0, "symmetric", "grey")).toEqual({ lo: -4, hi: 4 });
});

test("blue-red is pinned at zero whatever the scale", () => {
  for (const normalize of ["layer", "channel", "symmetric"] as const) {
    const range = rangeOf(layer, three, 0, normalize, "blue-red");
    expect(fraction(0, range)).toBe(0.5);
    expect(range.hi).toBe(normalize === "channel" ? 2 : 4);
  }
});

test("a channel without a finite cell has a range all the same", () => {
  expect(rangeOf(layer, three, 2, "channel", "grey")).toEqual({ lo: 0, hi: 0 });
});

test("a looked-up colour is the table's colour of the code's value", () => {
  const table = tableOf("viridis");
  const range = { lo: -3, hi: 5 };
  const lut = lookup(table, -1, 2, range);
  for (let code = 0; code <= 254; code++) {
    const value = valueOfCode(code, -1, 2);
    expect(lut[code]).toBe(table[Math.round(fraction(value, range) * 255)]);
  }
});

test("values beyond the range take the colour of the end", () => {
  const lut = lookup(tableOf("grey"), -10, 10, { lo: 0, hi: 1 });
  expect(lut[0]).toBe(0xff000000);
  expect(lut[254]).toBe(0xffffffff);
});

test("a cell that is not finite has a colour of its own, and no value", () => {
  expect(lookup(tableOf("grey"), 0, 1, { lo: 0, hi: 1 })[255]).toBe(NONFINITE);
  expect([...tableOf("magma")]).not.toContain(NONFINITE);
  expect(valueOfCode(255, 0, 1)).toBeNaN();
});

test("a constant channel is one flat colour, at its place in the layer", () => {
  const lut = lookup(tableOf("grey"), 3, 3, { lo: 0, hi: 6 });
  expect(new Set(lut.subarray(0, 255)).size).toBe(1);
  expect((lut[0] ?? 0) & 255).toBe(128);
});
