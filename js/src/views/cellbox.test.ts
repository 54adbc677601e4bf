import { describe, expect, test } from "vitest";
import type { LayerInfo } from "../records";
import { cellAt, cellBox, fieldBox, frameStyle, pixelAt, within } from "./cellbox";

test("a place is in a cell of row and column, also at the very edge", () => {
  expect(cellAt({ u: 0.25, v: 0.6 }, [5, 8])).toEqual([3, 2]);
  expect(cellAt({ u: 1, v: -0.1 }, [5, 8])).toEqual([0, 7]);
});

test("a cell stands for an even share of the image", () => {
  expect(cellBox({ u: 0.3, v: 0.6 }, [2, 4])).toEqual([0.25, 0.5, 0.5, 1]);
});

test("a cell of a crop lies within the crop", () => {
  expect(within([0.5, 0, 1, 0.5], [0, 0.5, 0.5, 1])).toEqual([0.5, 0.25, 0.75, 0.5]);
});

test("a frame is placed by its centre", () => {
  expect(frameStyle([0.25, 0.5, 0.5, 1])).toEqual({ left: "37.5%", top: "75%", width: "25%", height: "50%" });
});

test("pixels are x and y", () => {
  expect(pixelAt({ u: 0.5, v: 0.25 }, [3, 100, 200])).toEqual([100, 25]);
  expect(pixelAt({ u: 1, v: 1 }, [3, 100, 200])).toEqual([199, 99]);
  expect(pixelAt({ u: 1, v: 1 }, undefined)).toBeNull();
});

describe("what a cell could see of an input of 3 × 100 × 200", () => {
  const layer = (facts: Partial<LayerInfo>): LayerInfo => ({
    name: "conv",
    kind: "Conv2d",
    family: "convolution",
    shape: [8, 10, 20],
    parameters: 0,
    asked: "",
    receptive_field: [20, 40],
    effective_stride: [10, 10],
    receptive_start: [-5, -15],
    ...facts,
  });
  const seen = (facts: Partial<LayerInfo>, u: number, v: number) =>
    fieldBox({ u, v }, layer(facts), [3, 100, 200]);

  test("is around the cell, and cut off at the border", () => {
    expect(seen({}, 0.5, 0.25)).toEqual([85 / 200, 15 / 100, 125 / 200, 35 / 100]);
    expect(seen({}, 0, 0)).toEqual([0, 0, 25 / 200, 15 / 100]);
  });
  test("may be all of it, or all of its rows", () => {
    expect(seen({ receptive_field: ["all", "all"], receptive_start: [null, null] }, 0.5, 0.5)).toEqual([
      0, 0, 1, 1,
    ]);
    expect(seen({ receptive_field: ["all", 40] }, 0.5, 0.5)).toEqual([85 / 200, 0, 125 / 200, 1]);
  });
  test("is nothing where nobody knows, or where it is padding alone", () => {
    expect(seen({ receptive_field: null }, 0.5, 0.5)).toBeNull();
    expect(seen({ receptive_start: null }, 0.5, 0.5)).toBeNull();
    expect(seen({ receptive_start: [null, -15] }, 0.5, 0.5)).toBeNull();
    expect(seen({ effective_stride: null }, 0.5, 0.5)).toBeNull();
    expect(seen({ effective_stride: null, shape: [8, 1, 1] }, 0.5, 0.5)).toEqual([0, 0, 25 / 200, 15 / 100]);
    expect(seen({ receptive_field: [5, 5], receptive_start: [-9, -9] }, 0, 0)).toBeNull();
    expect(fieldBox({ u: 0, v: 0 }, null, [3, 100, 200])).toBeNull();
  });
});
