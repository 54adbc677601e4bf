/** The curve of an objective, step by step, as it is drawn on a small canvas. */

import type { Range } from "./scale";

export interface Curve {
  /** The objective at each step; NaN where it was not made yet. */
  readonly history: Float32Array;
  /** A value to compare it with; `null` where there is none. */
  readonly beside: number | null;
}

/** Room left above and below, so that no line is cut off, in CSS pixels. */
const INSET = 2;

/** The values at the lower and the upper edge; `null` where there is no finite value. */
export function rangeOfCurve({ history, beside }: Curve): Range | null {
  let [lo, hi] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const take = (value: number) => {
    if (!Number.isFinite(value)) return;
    lo = Math.min(lo, value);
    hi = Math.max(hi, value);
  };
  for (const value of history) take(value);
  if (lo > hi) return null;
  take(beside ?? Number.NaN);
  return { lo, hi };
}

/** Where the steps lie, in lines without a gap: a step that is not finite ends one. */
export function linesOf(curve: Curve, width: number, height: number): (readonly [number, number])[][] {
  const range = rangeOfCurve(curve);
  if (!range) return [];
  const last = Math.max(1, curve.history.length - 1);
  const lines: (readonly [number, number])[][] = [[]];
  for (const [step, value] of curve.history.entries()) {
    if (Number.isFinite(value)) lines.at(-1)?.push([(width * step) / last, downOf(value, range, height)]);
    else if (lines.at(-1)?.length) lines.push([]);
  }
  return lines.filter((line) => line.length > 0);
}

/** How far down a value lies; in the middle where all are the same. */
export function downOf(value: number, { lo, hi }: Range, height: number): number {
  const part = hi > lo ? (value - lo) / (hi - lo) : 0.5;
  return height - INSET - part * (height - 2 * INSET);
}

export interface CurvePaper {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
}

/** Draw it: what it is compared with dashed and muted, and where it has come to as a point. */
export function drawCurve({ context, width, height }: CurvePaper, curve: Curve, ink: string, muted: string) {
  const range = rangeOfCurve(curve);
  if (!range) return;
  if (curve.beside !== null && Number.isFinite(curve.beside)) {
    const down = downOf(curve.beside, range, height);
    context.strokeStyle = muted;
    context.lineWidth = 1;
    context.setLineDash([3, 3]);
    trace(context, [
      [0, down],
      [width, down],
    ]);
    context.setLineDash([]);
  }
  context.strokeStyle = ink;
  context.lineWidth = 1.5;
  context.lineJoin = "round";
  const lines = linesOf(curve, width, height);
  for (const line of lines) trace(context, line);
  const [x, y] = lines.at(-1)?.at(-1) ?? [0, 0];
  context.fillStyle = ink;
  context.beginPath();
  context.arc(Math.min(x, width - INSET), y, INSET, 0, 2 * Math.PI);
  context.fill();
}

function trace(context: CanvasRenderingContext2D, line: readonly (readonly [number, number])[]): void {
  context.beginPath();
  for (const [x, y] of line) context.lineTo(x, y);
  context.stroke();
}
