import { expect, test } from "vitest";
import { nearest, topOf } from "./curves";

const none = new Float32Array(0);
const areas = { deletion: null, insertion: null };

test.each([
  [0.393, 0.5],
  [0.004, 0.01],
  [0.03, 0.05],
  [0.93, 1],
  [1, 1],
])("the axis of curves up to %d ends at %d", (most, top) => {
  const deletion = Float32Array.of(0, most);
  expect(topOf({ fractions: none, deletion, insertion: Float32Array.of(0), areas })).toBe(top);
});

test("the pointer reads the nearest point", () => {
  const fractions = Float32Array.of(0, 0.1, 0.5, 1);
  expect([-1, 0.06, 0.29, 0.31, 3].map((part) => nearest(fractions, part))).toEqual([0, 1, 1, 2, 3]);
});
