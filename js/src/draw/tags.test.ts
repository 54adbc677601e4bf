import { expect, test } from "vitest";
import { relative, tagsOf } from "./tags";

const values = Float32Array.of(3, -1, 0, Number.NaN, 4);

test("shares are parts of all magnitudes, with their signs", () => {
  const tag = tagsOf("share", values);
  expect([0, 1, 2, 4].map((channel) => tag?.(channel)?.text)).toEqual([
    "+37.5 %",
    "−12.5 %",
    "0 %",
    "+50.0 %",
  ]);
  expect(tag?.(3)).toBeNull();
  expect(tag?.(99)).toBeNull();
});

test("bars are as long as the size of the number by the largest", () => {
  const tag = tagsOf("effect", values);
  expect(tag?.(0)).toEqual({ text: "+3", length: 0.75, negative: false });
  expect(tag?.(1)).toEqual({ text: "−1", length: 0.25, negative: true });
  expect(tag?.(2)).toEqual({ text: "0", length: 0, negative: false });
});

test("a change has no sign that tells something", () => {
  expect(tagsOf("change", values)?.(0)?.text).toBe("3");
  expect(tagsOf("region", values)?.(0)?.text).toBe("+3");
});

test("sorts by a statistic have no tags, nor have numbers that have not come", () => {
  expect(tagsOf("mean", values)).toBeNull();
  expect(tagsOf("index", values)).toBeNull();
  expect(tagsOf("share", null)).toBeNull();
});

test("what is not finite makes no other tag wrong", () => {
  const tag = tagsOf("share", Float32Array.of(1, Number.POSITIVE_INFINITY, -1));
  expect(tag?.(0)?.text).toBe("+50.0 %");
  expect(tag?.(1)).toEqual({ text: "+∞", length: 1, negative: false });
});

test("nothing of nothing is nothing", () => {
  expect(relative(0, 0)).toBe("0 %");
  expect(relative(-0.0004, 1)).toBe("0 %");
});
