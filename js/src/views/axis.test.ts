import { expect, test } from "vitest";
import { axisOf, partOf } from "./axis";

test("the bar spans the values, symmetric ones both ways", () => {
  expect(axisOf({ lo: -1, hi: 3 }, "layer")).toEqual({ lo: -1, hi: 3, zero: 0.25 });
  expect(axisOf({ lo: -1, hi: 3 }, "symmetric")).toEqual({ lo: -3, hi: 3, zero: 0.5 });
});

test("zero is marked only strictly inside", () => {
  expect(axisOf({ lo: 0, hi: 3 }, "layer").zero).toBeNull();
  expect(axisOf({ lo: 1, hi: 3 }, "layer").zero).toBeNull();
});

test("a bar of blue-red shows the part of the colours that the values take", () => {
  expect(partOf(axisOf({ lo: -1, hi: 3 }, "layer"), "blue-red")).toEqual([1 / 3, 1]);
  expect(partOf(axisOf({ lo: 0, hi: 3 }, "layer"), "blue-red")).toEqual([0.5, 1]);
  expect(partOf(axisOf({ lo: -1, hi: 3 }, "layer"), "grey")).toEqual([0, 1]);
});
