import { expect, test } from "vitest";
import {
  type Bins,
  binAt,
  drawable,
  edgesOf,
  heightOf,
  jointSpan,
  stepsOf,
  ticksOf,
  weightBeside,
} from "./histogram";

const bins = (ends: [number, number], ...counts: number[]): Bins => ({
  ends,
  counts: Float32Array.from(counts),
});

test("two histograms get an axis that holds both", () => {
  expect(jointSpan([bins([-1, 2], 1, 2), bins([0, 5], 3)])).toEqual({ lo: -1, hi: 5 });
  expect(jointSpan([bins([3, 3], 7)])).toEqual({ lo: 1.5, hi: 4.5 });
  expect(jointSpan([bins([0, 0], 7), bins([-0.1, 0.1], 7)])).toEqual({ lo: -0.1, hi: 0.1 });
});

test("values that are all one get a bin that can be seen, others keep theirs", () => {
  const one = drawable(bins([3, 3], 0, 7, 0), { lo: 1, hi: 5 });
  expect(one.ends).toEqual([2.96, 3.04]);
  expect([...one.counts]).toEqual([7]);
  const more = bins([0, 1], 2, 3);
  expect(drawable(more, { lo: 0, hi: 1 })).toBe(more);
});

test("a value is found in the bin between whose edges it lies", () => {
  const four = bins([-1, 1], 5, 0, 2, 9);
  for (const value of [-1, -0.6, -0.5, 0, 0.49, 0.7, 1]) {
    const bin = binAt(four, value);
    const { lo, hi } = edgesOf(four, bin as number);
    expect(lo <= value && value <= hi).toBe(true);
  }
  expect(binAt(four, 1.01)).toBeNull();
  expect(binAt(four, Number.NaN)).toBeNull();
});

test("the same values in other bins, or twice as many of them, come out equally high", () => {
  const coarse = bins([0, 4], 40, 40);
  const fine = bins([0, 4], 10, 10, 10, 10);
  const many = bins([-4, 4], 0, 0, 200, 200);
  for (const other of [fine, many]) {
    const weight = weightBeside(coarse, other);
    expect(weight * (other.counts.at(-1) ?? 0)).toBeCloseTo(40, 9);
  }
  expect(weightBeside(coarse, bins([0, 1], 0, 0))).toBe(0);
});

test("on a logarithmic axis one value still shows, and none does not", () => {
  expect(heightOf(50, 100, false)).toBe(0.5);
  expect(heightOf(1, 1e6, false)).toBeLessThan(0.001);
  expect(heightOf(1, 1e6, true)).toBeGreaterThan(0.04);
  expect(heightOf(1e6, 1e6, true)).toBe(1);
  for (const log of [true, false]) expect(heightOf(0, 100, log)).toBe(0);
});

test("the outline steps over the bins and is closed at the bottom", () => {
  const path = stepsOf(bins([0, 2], 1, 2), { lo: 0, hi: 4 }, (count) => count / 2);
  expect(path).toBe("M0.000 100L0.000 50.000L25.000 50.000L25.000 0.000L50.000 0.000L50.000 100Z");
});

test.each([
  [{ lo: -1, hi: 1 }, 4, [-1, -0.5, 0, 0.5, 1]],
  [{ lo: -0.03, hi: 0.31 }, 4, [0, 0.1, 0.2, 0.3]],
  [{ lo: 0, hi: 27.2 }, 5, [0, 10, 20]],
  [{ lo: 2, hi: 2 }, 5, []],
])("round ticks of %o", (axis, count, ticks) => {
  expect(ticksOf(axis, count)).toEqual(ticks);
});
