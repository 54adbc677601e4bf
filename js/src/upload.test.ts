import { expect, test } from "vitest";
import { inParts, LARGEST, PART, whyNotSent } from "./upload";

test("a part stays below what Jupyter takes, also where bytes are written as text", () => {
  expect((PART * 4) / 3).toBeLessThan(10 * 2 ** 20);
});

test("a file is refused by its size, in a sentence with the limit", () => {
  expect(whyNotSent({ name: "a.png", size: LARGEST })).toBe("");
  expect(whyNotSent({ name: "a.png", size: LARGEST + 1 })).toBe(
    "a.png is too large: an image file may have at most 16 MB.",
  );
});

test.each([
  [0, [0]],
  [1, [1]],
  [PART, [PART]],
  [PART + 1, [PART, 1]],
  [LARGEST, [PART, PART, PART, PART]],
])("%i bytes", (size, sizes) => {
  expect(inParts(new ArrayBuffer(size)).map(({ byteLength }) => byteLength)).toEqual(sizes);
});
