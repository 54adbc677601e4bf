import { expect, test } from "vitest";
import { levelValues, overlayOf, planeOf } from "./heat";

const picture = { size: [1, 4], signed: false, smooth: false, ends: [0, 2] } as const;

test("every cell is clipped to the ends before it is interpolated", () => {
  const values = Float32Array.of(-8, 1, 50, Number.NaN);
  expect([...planeOf({ ...picture, values }, 8).values]).toEqual([0, 1, 2, Number.NaN]);
  const smooth = { ...picture, size: [1, 2], values: Float32Array.of(-8, 50), smooth: true } as const;
  expect([...planeOf(smooth, 4).values].slice(0, 4)).toEqual([0, 0.5, 1.5, 2]);
});

test("levels are evenly spaced between the ends, and on either side of zero", () => {
  expect(levelValues({ ...picture, ends: [0, 6], values: new Float32Array(4) })).toEqual([1, 2, 3, 4, 5]);
  const both = levelValues({ ...picture, ends: [-6, 6], signed: true, values: new Float32Array(4) });
  expect(both).toEqual([-1, -2, -3, -4, -5, 1, 2, 3, 4, 5]);
});

test("a map whose ends leave no room draws nothing", () => {
  const context = new Proxy({} as CanvasRenderingContext2D, {
    get: () => expect.unreachable("something was drawn"),
  });
  const box = { left: 0, top: 0, width: 9, height: 9 };
  for (const contours of [false, true]) {
    overlayOf({ ...picture, ends: [0, 0], values: new Float32Array(4) }, contours)(context, box, 1);
  }
});
