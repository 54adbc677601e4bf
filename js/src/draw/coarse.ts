/** The coarse tiles of a layer on one canvas, coloured in one go: together they have few cells. */

import type { LayerPictures } from "../records";
import { pixelsOf } from "./paint";
import { lookup } from "./scale";
import type { Colours } from "./tiles";

export class CoarseSheet {
  /** Kept from layer to layer: a new canvas costs more than its pixels. */
  readonly canvas = document.createElement("canvas");
  readonly #context = this.canvas.getContext("2d");
  #columns = 1;

  /** Colour every tile anew. */
  paint(pictures: LayerPictures, colours: Colours): void {
    const [height, width] = pictures.tile;
    this.#columns = Math.ceil(Math.sqrt(pictures.channels));
    this.canvas.width = this.#columns * width;
    this.canvas.height = Math.ceil(pictures.channels / this.#columns) * height;
    const image = this.#context?.createImageData(this.canvas.width, this.canvas.height);
    if (!image) return;
    const pixels = pixelsOf(image);
    const lut = new Uint32Array(256);
    let code = 0;
    for (let c = 0; c < pictures.channels; c++) {
      lookup(colours.table, pictures.lo[c] ?? 0, pictures.hi[c] ?? 0, colours.rangeOf(c), lut);
      const { x, y } = this.place(c, pictures.tile);
      for (let row = 0; row < height; row++) {
        const start = (y + row) * image.width + x;
        for (let at = start; at < start + width; at++) {
          pixels[at] = lut[pictures.tiles[code++] as number] as number;
        }
      }
    }
    this.#context?.putImageData(image, 0, 0);
  }

  /** Where the tile of a channel lies on the canvas. */
  place(channel: number, [height, width]: readonly [number, number]): { x: number; y: number } {
    return { x: (channel % this.#columns) * width, y: Math.floor(channel / this.#columns) * height };
  }
}
