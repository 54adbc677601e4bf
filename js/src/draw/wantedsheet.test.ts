import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { WantedTile } from "../ascent";
import { WantedSheet } from "./wantedsheet";

interface Painted {
  readonly at: readonly [number, number];
  readonly pixels: number[];
}

/** What was painted onto canvases of the sheet. */
let painted: Painted[];

beforeEach(() => {
  painted = [];
  const getContext = vi.spyOn(HTMLCanvasElement.prototype, "getContext");
  getContext.mockImplementation(
    () =>
      ({
        createImageData: (width: number, height: number) => ({
          width,
          height,
          data: new Uint8ClampedArray(width * height * 4),
        }),
        putImageData: ({ data }: ImageData, x: number, y: number) =>
          painted.push({ at: [x, y], pixels: [...data] }),
      }) as never,
  );
});
afterEach(() => {
  vi.restoreAllMocks();
});

function tileOf(
  steps: number,
  colours: readonly number[],
  size: readonly [number, number] = [1, 2],
): WantedTile {
  return { size, pixels: Uint8Array.from(colours), steps, of: 128, score: null, note: "" };
}

function screen() {
  const calls: [string, ...unknown[]][] = [];
  const context = {
    globalAlpha: 1,
    imageSmoothingEnabled: false,
    getTransform: () => ({ a: 1 }),
    drawImage: (_: unknown, ...numbers: number[]) =>
      calls.push(["picture", numbers.slice(4), context.imageSmoothingEnabled]),
    fillRect: (...numbers: number[]) => calls.push(["line", numbers]),
  };
  const values = () => calls.push(["values", context.globalAlpha]);
  return { context: context as unknown as CanvasRenderingContext2D, values, calls };
}

const BOX = { x: 10, y: 20, width: 64, height: 32 };

test("a picture is painted once in its colours, and a newer one in its place", () => {
  const sheet = new WantedSheet();
  const [first, other] = [tileOf(32, [255, 0, 1, 2, 254, 3]), tileOf(32, [9, 9, 9, 9, 9, 9])];
  sheet.replace(undefined, first);
  sheet.replace(undefined, other);
  sheet.ready([first, undefined, other, first]);
  expect(painted.map(({ pixels }) => pixels)).toEqual([
    [255, 0, 1, 255, 2, 254, 3, 255],
    [9, 9, 9, 255, 9, 9, 9, 255],
  ]);
  const newer = tileOf(64, [7, 7, 7, 7, 7, 7]);
  sheet.replace(first, newer);
  sheet.ready([newer, other]);
  expect(painted).toHaveLength(3);
  expect(painted[2]).toEqual({ at: painted[0]?.at, pixels: [7, 7, 7, 255, 7, 7, 7, 255] });
  expect(painted[1]?.at).not.toEqual(painted[0]?.at);
});

test("it fills a tile of its shape; smooth or not as it is wanted; below it a line tells how far it is", () => {
  const sheet = new WantedSheet();
  const tile = tileOf(32, [0, 0, 0, 0, 0, 0]);
  sheet.replace(undefined, tile);
  const { context, values, calls } = screen();
  sheet.draw(context, tile, BOX, values, false);
  expect(calls).toEqual([
    ["picture", [10, 20, 64, 32], false],
    ["line", [10, 49, 64, 3]],
    ["line", [10, 50, 16, 2]],
  ]);
  const smooth = screen();
  sheet.draw(smooth.context, tile, BOX, smooth.values, true);
  expect(smooth.calls[0]).toEqual(["picture", [10, 20, 64, 32], true]);
});

test("in a tile of another shape it stands in the middle, whole; a whole one has no line", () => {
  const sheet = new WantedSheet();
  const tile = tileOf(128, [0, 0, 0], [1, 1]);
  sheet.replace(undefined, tile);
  const { context, values, calls } = screen();
  sheet.draw(context, tile, BOX, values, false);
  expect(calls).toEqual([["picture", [26, 20, 32, 32], false]]);
});

test.each([undefined, tileOf(0, [])])("where there is no picture yet, the values are faint", (tile) => {
  const { context, values, calls } = screen();
  new WantedSheet().draw(context, tile, BOX, values, false);
  expect(calls).toEqual([["values", expect.closeTo(0.28, 5)]]);
  expect(context.globalAlpha).toBe(1);
});
