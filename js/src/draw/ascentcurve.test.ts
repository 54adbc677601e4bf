import { expect, test, vi } from "vitest";
import { downOf, drawCurve, linesOf, rangeOfCurve } from "./ascentcurve";

const { NaN: none } = Number;

test("the edges hold the curve and what it is compared with, and nothing that is not finite", () => {
  const history = Float32Array.of(1, none, 3, Number.POSITIVE_INFINITY);
  expect(rangeOfCurve({ history, beside: null })).toEqual({ lo: 1, hi: 3 });
  expect(rangeOfCurve({ history, beside: -2 })).toEqual({ lo: -2, hi: 3 });
  expect(rangeOfCurve({ history: Float32Array.of(none), beside: 4 })).toBeNull();
});

test("the first step is at the left, the last asked for at the right, the largest at the top", () => {
  const history = Float32Array.of(0, 2, 4, none, none);
  expect(linesOf({ history, beside: null }, 80, 44)).toEqual([
    [
      [0, 42],
      [20, 22],
      [40, 2],
    ],
  ]);
});

test("a step that is not finite leaves a gap", () => {
  const history = Float32Array.of(none, 1, none, none, 2, 3);
  const lines = linesOf({ history, beside: null }, 50, 44);
  expect(lines.map((line) => line.map(([x]) => x))).toEqual([[10], [40, 50]]);
});

test("a curve that never moves runs through the middle", () => {
  expect(downOf(5, { lo: 5, hi: 5 }, 44)).toBe(22);
});

function paper() {
  const calls: string[] = [];
  const note =
    (name: string) =>
    (...args: unknown[]) =>
      calls.push([name, ...args].join(" "));
  const context = {
    ...Object.fromEntries(["beginPath", "lineTo", "stroke", "arc", "fill"].map((name) => [name, note(name)])),
    setLineDash: vi.fn((dash: number[]) => calls.push(`dash ${dash.join()}`)),
    strokeStyle: "",
    fillStyle: "",
  };
  return { calls, context: context as unknown as CanvasRenderingContext2D, width: 80, height: 44 };
}

test("what it is compared with is dashed, and a point marks where it is", () => {
  const sheet = paper();
  drawCurve(sheet, { history: Float32Array.of(0, 4, none), beside: 2 }, "blue", "grey");
  expect(sheet.calls).toEqual([
    ...["dash 3,3", "beginPath", "lineTo 0 22", "lineTo 80 22", "stroke", "dash "],
    ...["beginPath", "lineTo 0 42", "lineTo 40 2", "stroke"],
    ...["beginPath", `arc 40 2 2 0 ${2 * Math.PI}`, "fill"],
  ]);
  expect([sheet.context.strokeStyle, sheet.context.fillStyle]).toEqual(["blue", "blue"]);
});

test("nothing is drawn before the first step", () => {
  const sheet = paper();
  drawCurve(sheet, { history: Float32Array.of(none, none), beside: 2 }, "blue", "grey");
  expect(sheet.calls).toEqual([]);
});
