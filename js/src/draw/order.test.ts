import { expect, test } from "vitest";
import type { Side, Stats } from "../records";
import { flatness, orderOf } from "./order";

const of = (...values: number[]) => Float32Array.from(values);
const stats: Stats = {
  min: of(0, 0, 2, 0),
  max: of(1, 0, 2, Number.NaN),
  mean: of(0.2, 0, 2, Number.NaN),
  std: of(3, 0, 0, 1),
  l2: of(1, 0, 9, 2),
  active: of(0.5, 0, 1, 0.5),
  nonfinite: of(0, 0, 0, 4),
};

test("by number", () => {
  expect([...orderOf("index", stats, null)]).toEqual([0, 1, 2, 3]);
});

test("falling by a statistic, what is no number last", () => {
  expect([...orderOf("max", stats, null)]).toEqual([2, 0, 1, 3]);
});

test("equal ones stay in the order of their numbers", () => {
  expect([...orderOf("active", stats, null)]).toEqual([2, 0, 3, 1]);
});

test("by signed share, the most negative last", () => {
  expect([...orderOf("share", stats, of(-5, 1, 0, 3))]).toEqual([3, 1, 2, 0]);
});

test("by number while the shares are unknown, or are another layer's", () => {
  expect([...orderOf("share", stats, null)]).toEqual([0, 1, 2, 3]);
  expect([...orderOf("share", stats, of(1, 2))]).toEqual([0, 1, 2, 3]);
});

test("flat channels are named", () => {
  const named = (side: Side) => [0, 1, 2, 3].map((channel) => flatness({ stats, side }, channel));
  expect(named("this")).toEqual(["", "dead", "constant", ""]);
  expect(named("other")).toEqual(["", "dead", "constant", ""]);
  // Nothing is dead where this and the other are the same.
  expect(named("difference")).toEqual(["", "same", "constant", ""]);
});
