import { expect, test } from "vitest";
import { rankCorrelation, ranksOf } from "./ranks";

test("equal numbers share their places", () => {
  expect(ranksOf([3, 1, 3, 2])).toEqual([2.5, 0, 2.5, 1]);
  expect(ranksOf([7, 7, 7])).toEqual([1, 1, 1]);
});

test("without ties it is 1 − 6 Σ d² / (n³ − n)", () => {
  const a = [0.3, -2, 5, 1.1, 0.9, 17];
  const b = [4, 0.5, 3, 9, -1, 2];
  const [x, y] = [ranksOf(a), ranksOf(b)];
  const squares = x.reduce((sum, rank, i) => sum + (rank - (y[i] ?? 0)) ** 2, 0);
  expect(rankCorrelation(a, b)).toBeCloseTo(1 - (6 * squares) / (6 ** 3 - 6), 12);
});

test("with ties it is what SciPy says", () => {
  // scipy.stats.spearmanr([1, 2, 2, 3, 5], [2, 1, 3, 3, 4]).statistic
  expect(rankCorrelation([1, 2, 2, 3, 5], [2, 1, 3, 3, 4])).toBeCloseTo(0.763157894736842, 12);
});

test("only the order matters, and what is not finite takes no part", () => {
  const a = [1, 2, Number.NaN, 4, 8];
  expect(rankCorrelation(a, a.map(Math.exp))).toBeCloseTo(1, 12);
  expect(rankCorrelation(a, [9, 7, 100, 3, -2])).toBeCloseTo(-1, 12);
  expect(rankCorrelation([1, 2, 3], [1, 2, Number.POSITIVE_INFINITY])).toBeCloseTo(1, 12);
});

test.each([
  [[], []],
  [[1], [1]],
  [
    [1, 1, 1],
    [1, 2, 3],
  ],
])("%j and %j have none", (a, b) => {
  expect(rankCorrelation(a, b)).toBeNull();
});
