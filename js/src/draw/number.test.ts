import { expect, test } from "vitest";
import { format, ordinal, percent, times } from "./number";

test.each([
  [14.063, "14.063"],
  [3.274, "3.274"],
  [-20.69, "−20.69"],
  [0, "0"],
  [-0.21, "−0.21"],
  [1, "1"],
  [123456, "123456"],
  [0.000012345, "1.2345e−5"],
  [12345678, "1.2346e7"],
  [Number.NaN, "NaN"],
  [Number.POSITIVE_INFINITY, "∞"],
  [Number.NEGATIVE_INFINITY, "−∞"],
])("%d reads %s", (value, text) => {
  expect(format(value)).toBe(text);
});

test("fewer digits where there is little room", () => {
  expect(format(27.234, 3)).toBe("27.2");
  expect(format(-20.687, 3)).toBe("−20.7");
  expect(format(2723.4, 3)).toBe("2723");
});

test("ordinals", () => {
  expect([1, 2, 3, 4, 11, 12, 13, 21, 102, 111, 144].map(ordinal)).toEqual([
    "1st",
    "2nd",
    "3rd",
    "4th",
    "11th",
    "12th",
    "13th",
    "21st",
    "102nd",
    "111th",
    "144th",
  ]);
});

test("percentages and sizes", () => {
  expect(percent(0.3934)).toBe("39.3 %");
  expect(times([56, 56])).toBe("56 × 56");
});
