import { expect, test } from "vitest";
import { exact, short } from "./si";

test.each([
  [0, "", "0"],
  [7, "", "7"],
  [999, "", "999"],
  [1000, "", "1 k"],
  [9408, "", "9.41 k"],
  [589_824, "", "590 k"],
  [999_950, "", "1 M"],
  [25_557_032, "", "25.6 M"],
  [4_089_184_256, "", "4.09 G"],
  [3_211_264, "B", "3.21 MB"],
  [12, "B", "12 B"],
])("%d %s is %s", (value, unit, text) => expect(short(value, unit)).toBe(text));

test("all digits are in groups", () => {
  expect(exact(25_557_032)).toBe("25,557,032");
});
