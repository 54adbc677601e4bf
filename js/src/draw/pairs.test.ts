import { expect, test } from "vitest";
import type { Differences, Pair } from "../compared";
import { APART, cardsOf, pageOf, rangesOf, ranked } from "./pairs";

const found = {
  change: Float32Array.of(0.2, Number.NaN, 0.9, 0.2),
  correlation: Float32Array.of(0.5, 0.9, Number.NaN, -0.4),
} as unknown as Differences;

test("the most changed come first, or the least correlated; what nobody knows comes last", () => {
  expect(ranked(found, "change")).toEqual([2, 0, 3, 1]);
  expect(ranked(found, "correlation")).toEqual([3, 0, 1, 2]);
  expect(ranked(found, "number")).toEqual([0, 1, 2, 3]);
});

test("cards fill the width, whatever the number of columns", () => {
  for (const width of [180, 448, 700, 1300]) {
    const layout = cardsOf(40, width, 1);
    expect(layout.columns * layout.width + (layout.columns - 1) * APART).toBeCloseTo(width);
    expect(layout.rows).toBe(Math.ceil(40 / layout.columns));
  }
  // Two cards are no wider than those of a full row.
  expect(cardsOf(2, 1300, 1).width).toBeCloseTo(cardsOf(40, 1300, 1).width);
});

test("few large channels are asked for at once, but always one", () => {
  expect(pageOf([7, 7])).toBe(12);
  expect(pageOf([112, 112])).toBeLessThan(pageOf([56, 56]) + 1);
  expect(3 * 112 * 112 * pageOf([112, 112])).toBeLessThanOrEqual(512 * 1024);
  expect(pageOf([4000, 4000])).toBe(1);
});

const tile = (lo: number, hi: number) => ({ size: [1, 1] as const, codes: new Uint8Array(1), lo, hi });
const pair = { this: [tile(0, 3)], other: [tile(-1, 2)], difference: [tile(-0.5, 0.2)] } as unknown as Pair;

test("this and the other have one scale, their difference zero in the middle", () => {
  expect(rangesOf(pair, 0, null, false)).toEqual({
    both: { lo: -1, hi: 3 },
    difference: { lo: -0.5, hi: 0.5 },
  });
  expect(rangesOf(pair, 0, null, true).both).toEqual({ lo: -3, hi: 3 });
  expect(rangesOf(pair, 0, { lo: 0, hi: 8 }, false)).toEqual({
    both: { lo: 0, hi: 8 },
    difference: { lo: -8, hi: 8 },
  });
});
