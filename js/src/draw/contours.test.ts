import { expect, test } from "vitest";
import { linesAt } from "./contours";

const plane = (height: number, width: number, ...values: number[]) => ({
  height,
  width,
  values: Float32Array.from(values),
});

/** Every point of the lines, as x and y. */
function points(lines: readonly number[]): [number, number][] {
  return lines.flatMap((x, i) => (i % 2 === 0 ? [[x, lines[i + 1] as number] as [number, number]] : []));
}

test("a ramp is crossed where its value is that of the level, from border to border", () => {
  const found = points(linesAt(plane(2, 4, 0, 1, 2, 3, 0, 1, 2, 3), 1.25));
  // Cell centres lie at 1/8, 3/8, 5/8, 7/8: a quarter of the way from the second to the third.
  for (const [x] of found) expect(x).toBeCloseTo(3 / 8 + 0.25 / 4, 6);
  const ys = found.map(([, y]) => y);
  expect([Math.min(...ys), Math.max(...ys)]).toEqual([0, 1]);
});

test("around a peak the line is closed: every point is the end of two pieces", () => {
  const lines = linesAt(plane(3, 3, 0, 0, 0, 0, 4, 0, 0, 0, 0), 1);
  expect(lines).toHaveLength(4 * 4);
  const ends = points(lines).map((point) => point.map((part) => part.toFixed(6)).join());
  for (const end of ends) expect(ends.filter((other) => other === end)).toHaveLength(2);
});

test.each([
  // The middle of 1, 0, 1, 0 is 0.5.
  ["apart", 0.6, true],
  ["together", 0.4, false],
])("the high corners of a saddle are kept %s, as its middle tells", (_, level, apart) => {
  const lines = linesAt(plane(2, 2, 1, 0, 0, 1), level);
  // The line next to the top left corner, which is high: it cuts that corner off, or runs past it.
  const inner = points(lines).filter(([x, y]) => x > 0.25 && x < 0.75 && y > 0.25 && y < 0.75);
  const pieces = Array.from({ length: lines.length / 4 }, (_, i) => lines.slice(4 * i, 4 * i + 4));
  const diagonal = pieces.filter(
    ([x0 = 0, y0 = 0, x1 = 0, y1 = 0]) => Math.abs(x0 - x1) > 0.01 && Math.abs(y0 - y1) > 0.01,
  );
  expect(inner).toEqual([]);
  const falling = diagonal.every(([x0 = 0, y0 = 0, x1 = 0, y1 = 0]) => (x1 - x0) * (y1 - y0) > 0);
  expect(diagonal).toHaveLength(2);
  expect(falling).toBe(!apart);
});

test("where there is nothing to cross, there are no lines", () => {
  expect(linesAt(plane(2, 2, 1, 1, 1, 1), 1)).toEqual([]);
  expect(linesAt(plane(2, 2, 0, Number.NaN, 1, 1), 0.5).every(Number.isFinite)).toBe(true);
});
