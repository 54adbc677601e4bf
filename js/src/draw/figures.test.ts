import { expect, test } from "vitest";
import { brief, finite } from "./figures";

test.each([
  [0, "0"],
  [1, "1"],
  [0.3468, "0.35"],
  [-0.0312, "−0.03"],
  [0.00449, "0.004"],
  [12.345, "12"],
  [-123.4, "−123"],
  [45678, "45678"],
  [-99999.6, "−1e5"],
  [-1234567, "−1.2e6"],
  [-9.99e9, "−1e10"],
  [-3.4e38, "−3e38"],
  [Number.NaN, "NaN"],
  [3.2e-5, "3e−5"],
  [-0.0004, "−4e−4"],
  [1e-12, "1e−12"],
  [Number.NEGATIVE_INFINITY, "−∞"],
])("%d in a small cell", (value, text) => {
  expect(brief(value)).toBe(text);
  expect(text.length).toBeLessThanOrEqual(6);
});

test("what the kernel could not send is not finite", () => {
  expect(finite(Number.NaN)).toBe("not finite");
  expect(finite(-0.0314, 3)).toBe("−0.0314");
});
