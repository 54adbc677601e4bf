import { expect, test } from "vitest";
import { unitOf, unitText } from "./unit";

test.each([
  ["features.3[14]", { layer: "features.3", channel: 14, cell: null }],
  ["features.3[14,3,5]", { layer: "features.3", channel: 14, cell: [3, 5] }],
  ["a[0].b[1,2,3][7]", { layer: "a[0].b[1,2,3]", channel: 7, cell: null }],
  ["attn.softmax@3,5[2,0,1]", { layer: "attn.softmax@3,5", channel: 2, cell: [0, 1] }],
])("%s, read and written", (text, unit) => {
  expect(unitOf(text)).toEqual(unit);
  expect(unitText(unit as NonNullable<ReturnType<typeof unitOf>>)).toBe(text);
});

test.each(["", "features.3", "[14]", "a[1,2]", "a[1,2,3,4]", "a[-1]", "a[1] ", "a[x]"])(
  "%j is none",
  (text) => {
    expect(unitOf(text)).toBeNull();
  },
);
