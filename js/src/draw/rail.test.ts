import { expect, test } from "vitest";
import type { Family, LayerInfo } from "../records";
import { barHeight, barsPath } from "./rail";

const layer = (channels: number, family: Family): LayerInfo => ({
  name: "x",
  kind: "X",
  family,
  shape: [channels, 1, 1],
  parameters: 0,
  asked: "",
});

test("heights rise evenly with each doubling of the channels, up to 1", () => {
  expect(barHeight(2048, 2048)).toBe(1);
  expect(barHeight(64, 2048) - barHeight(32, 2048)).toBeCloseTo(barHeight(8, 2048) - barHeight(4, 2048));
  expect(barHeight(1, 1)).toBeGreaterThan(0);
});

test("each family draws its own bars, at their places", () => {
  const layers = [layer(4, "norm"), layer(8, "pooling"), layer(8, "norm")];
  expect(barsPath(layers, "norm").match(/M[\d.]+/g)).toHaveLength(2);
  expect(barsPath(layers, "norm")).toMatch(/^M0\.07 /);
  expect(barsPath(layers, "pooling")).toMatch(/^M1\.07 /);
});

test("a family that is not known counts as other", () => {
  expect(barsPath([layer(4, "recurrent" as Family)], "other")).not.toBe("");
});
