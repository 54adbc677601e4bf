import { expect, test } from "vitest";
import { NONFINITE, tableOf } from "./colormap";
import { fitToScreen, paintCodes, paintValues } from "./paint";

test("codes are painted through their colours", () => {
  const pixels = new Uint32Array(3);
  paintCodes(Uint8Array.of(2, 0, 1), Uint32Array.of(10, 11, 12), pixels);
  expect([...pixels]).toEqual([12, 10, 11]);
});

test("values are painted by their place in the range", () => {
  const table = tableOf("grey");
  const pixels = new Uint32Array(5);
  paintValues(Float32Array.of(-1, 0, 1, 9, Number.NaN), table, { lo: -1, hi: 1 }, pixels);
  expect([...pixels]).toEqual([table[0], table[128], table[255], table[255], NONFINITE]);
});

test("a range of one value is the middle colour", () => {
  const pixels = new Uint32Array(1);
  paintValues(Float32Array.of(4), tableOf("grey"), { lo: 4, hi: 4 }, pixels);
  expect(pixels[0]).toBe(tableOf("grey")[128]);
});

test("a canvas gets the pixels of its place on the screen", () => {
  const canvas = document.createElement("canvas");
  const before = globalThis.devicePixelRatio;
  globalThis.devicePixelRatio = 2;
  fitToScreen(canvas, 100.5, 40);
  globalThis.devicePixelRatio = before;
  expect([canvas.width, canvas.height]).toEqual([201, 80]);
});
