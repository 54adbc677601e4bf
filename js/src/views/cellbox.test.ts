import { expect, test } from "vitest";
import { cellAt, cellBox, frameStyle, pixelAt, within } from "./cellbox";

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
