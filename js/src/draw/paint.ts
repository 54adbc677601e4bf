/** Numbers into pixels. */

import { NONFINITE, type Table } from "./colormap";
import { clamp } from "./layout";
import type { Plane } from "./resample";
import type { Range } from "./scale";

/** Paint codes through a colour of each code. */
export function paintCodes(codes: Uint8Array, lut: Uint32Array, pixels: Uint32Array): void {
  for (let i = 0; i < codes.length; i++) pixels[i] = lut[codes[i] as number] as number;
}

/** Paint values through a table whose ends stand for `range`. */
export function paintValues(values: Float32Array, table: Table, range: Range, pixels: Uint32Array): void {
  const width = range.hi - range.lo;
  const scale = width === 0 ? 0 : 255 / width;
  const start = width === 0 ? 127.5 : 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const place = Math.round(start + (value - range.lo) * scale);
    pixels[i] = Number.isFinite(value) ? (table[clamp(place, 0, 255)] as number) : NONFINITE;
  }
}

/** The pixels of an image as one number each; they share memory. */
export function pixelsOf(image: ImageData): Uint32Array {
  return new Uint32Array(image.data.buffer, image.data.byteOffset, image.data.length / 4);
}

/** A plane as a canvas of its own, one pixel a cell. */
export function canvasOf(plane: Plane, table: Table, range: Range): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = plane.width;
  canvas.height = plane.height;
  const context = canvas.getContext("2d");
  if (context) {
    const image = context.createImageData(plane.width, plane.height);
    paintValues(plane.values, table, range, pixelsOf(image));
    context.putImageData(image, 0, 0);
  }
  return canvas;
}

/** Give a canvas the pixels its place on the screen has; returns its context, ready to draw in CSS pixels. */
export function fitToScreen(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
): CanvasRenderingContext2D | null {
  const ratio = globalThis.devicePixelRatio || 1;
  const [w, h] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
  if (canvas.width !== w) canvas.width = w;
  if (canvas.height !== h) canvas.height = h;
  const context = canvas.getContext("2d");
  context?.setTransform(w / Math.max(1, width), 0, 0, h / Math.max(1, height), 0, 0);
  return context;
}
