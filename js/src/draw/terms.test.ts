import { expect, test } from "vitest";
import { tableOf } from "./colormap";
import { aroundZero, inkOf, luminance, orderTerms, outsideOf } from "./terms";

const partial = Float32Array.of(0.5, -3, 0, 3, 1);

test("terms come as they are, or by what they add or take away, equals in order", () => {
  expect(orderTerms(partial, "in order")).toEqual([0, 1, 2, 3, 4]);
  expect(orderTerms(partial, "largest first")).toEqual([1, 3, 4, 0, 2]);
});

test("cells before the first and behind the last row or column are padding", () => {
  const corner = { rows: [-1, 0, 1], columns: [54, 55, 56] };
  const expected = ["padding", "padding", "padding", "", "", "padding", "", "", "padding"];
  expect(outsideOf(corner, [56, 56], false)).toEqual(expected);
  expect(outsideOf(corner, null, false).filter(Boolean)).toHaveLength(3);
});

test("a transposed convolution reads between the cells", () => {
  expect(outsideOf({ rows: [-1, 4], columns: [7] }, [8, 8], true)).toEqual(["between", ""]);
  expect(outsideOf({ rows: [-2, -1, 8], columns: [7] }, [8, 8], true)).toEqual([
    "padding",
    "between",
    "padding",
  ]);
});

test("numbers can be read on every colour", () => {
  const table = tableOf("blue-red");
  for (let value = -1; value <= 1; value += 0.05) {
    const { background, color } = inkOf(value, table, { lo: -1, hi: 1 });
    const [ink, paper] = [hex(color), rgb(background)].map(luminance).sort((a, b) => b - a) as [
      number,
      number,
    ];
    expect((ink + 0.05) / (paper + 0.05)).toBeGreaterThan(4);
  }
});

test("the range reaches as far to both sides of zero, whatever is not finite", () => {
  expect(aroundZero(partial)).toEqual({ lo: -3, hi: 3 });
  expect(aroundZero(Float32Array.of(Number.NaN, Number.NEGATIVE_INFINITY, -2))).toEqual({ lo: -2, hi: 2 });
});

function rgb(text: string): number {
  const [r = 0, g = 0, b = 0] = (text.match(/\d+/g) ?? []).map(Number);
  return (b << 16) | (g << 8) | r;
}

function hex(text: string): number {
  const full = text.length === 4 ? text.replace(/[^#]/g, "$&$&") : text;
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => Number.parseInt(full.slice(at, at + 2), 16));
  return (b << 16) | (g << 8) | r;
}
