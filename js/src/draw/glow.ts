/** Magnitudes as light over a picture: nothing where they are zero. */

import type { CodeTile } from "../records";
import { sample, tableOf } from "./colormap";
import { pixelsOf } from "./paint";
import { CODE_NONFINITE, valueOfCode } from "./scale";

/** How much of the picture the largest magnitude hides. */
const STRONGEST = 0.85;

/** A tile of magnitudes as a canvas of one pixel a cell; the square root lets what is weak be seen beside its peak. */
export function glowOf({ size: [height, width], codes, lo, hi }: CodeTile): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (context) {
    const image = context.createImageData(width, height);
    const pixels = pixelsOf(image);
    const lights = lightsOf(lo, hi);
    for (let i = 0; i < pixels.length; i++) pixels[i] = lights[codes[i] ?? CODE_NONFINITE] as number;
    context.putImageData(image, 0, 0);
  }
  return canvas;
}

/** The light of each code, packed as a pixel of a canvas. */
export function lightsOf(lo: number, hi: number): Uint32Array {
  const table = tableOf("magma");
  return Uint32Array.from({ length: 256 }, (_, code) => {
    const value = valueOfCode(code, lo, hi);
    const part = hi > 0 && value > 0 ? Math.sqrt(value / hi) : 0;
    // The dark part of the table would be a shadow, not a light.
    const colour = sample(table, 0.6 + 0.35 * part) & 0xffffff;
    return ((Math.round(255 * STRONGEST * part) << 24) | colour) >>> 0;
  });
}
