import { expect, test } from "vitest";
import { brief, counted } from "./figures";

test.each([
  [0, "0"],
  [999, "999"],
  [1000, "1\u202f000"],
  [802816, "802\u202f816"],
  [1234567.4, "1\u202f234\u202f567"],
])("a count of %d", (count, text) => {
  expect(counted(count)).toBe(text);
});

test.each([
  [0, "0"],
  [1, "1"],
  [0.3468, "0.35"],
  [-0.0312, "−0.03"],
  [0.00449, "0.004"],
  [12.345, "12"],
  [-123.4, "−123"],
  [45678, "45678"],
  [3.2e-5, "3e−5"],
  [-0.0004, "−4e−4"],
  [1e-12, "1e−12"],
  [Number.NEGATIVE_INFINITY, "−∞"],
])("%d in a small cell", (value, text) => {
  expect(brief(value)).toBe(text);
  expect(text.length).toBeLessThanOrEqual(6);
});
