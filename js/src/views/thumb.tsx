/** A small picture of a channel, in the colours of the grid. */

import { useEffect, useRef } from "preact/hooks";
import { isDiverging, tableOf } from "../draw/colormap";
import { paintCodes, pixelsOf } from "../draw/paint";
import { around, lookup } from "../draw/scale";
import type { CodeTile } from "../records";
import { useScope } from "./context";

export function Thumb({ tile }: { readonly tile: CodeTile }) {
  const { store } = useScope();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [height, width] = tile.size;
  const colormap = store.traits.colormap.value;
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const { codes, lo, hi } = tile;
    const lut = new Uint32Array(256);
    lookup(tableOf(colormap), lo, hi, isDiverging(colormap) ? around({ lo, hi }) : { lo, hi }, lut);
    const image = context.createImageData(width, height);
    paintCodes(codes, lut, pixelsOf(image));
    context.putImageData(image, 0, 0);
  }, [tile, height, width, colormap]);
  return <canvas ref={canvas} class="nn-thumb" width={width} height={height} aria-hidden="true" />;
}
