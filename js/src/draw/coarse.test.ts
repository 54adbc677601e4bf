import { afterEach, expect, test, vi } from "vitest";
import { layerPacket } from "../../demo/packets";
import { makeLayer } from "../../demo/specimen";
import { readLayer } from "../wire";
import { CoarseSheet } from "./coarse";
import { layerRange, lookup } from "./scale";
import { coarseTile, coloursOf } from "./tiles";

afterEach(() => vi.restoreAllMocks());

test("every cell of every tile has the colour of its code, at its place", () => {
  const packet = layerPacket(makeLayer("a", "Conv2d", "convolution", 10, 6));
  const pictures = readLayer(packet.header, packet.body);
  let pixels = new Uint32Array(0);
  const context = {
    createImageData: (width: number, height: number) => {
      pixels = new Uint32Array(width * height);
      return { width, height, data: new Uint8ClampedArray(pixels.buffer) };
    },
    putImageData: () => undefined,
  };
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(context as never);
  const colours = coloursOf("viridis", "layer", () => layerRange(pictures.stats));
  const sheet = new CoarseSheet();
  sheet.paint(pictures, colours);
  const [height, width] = pictures.tile;
  for (let channel = 0; channel < 10; channel++) {
    const { codes, lo, hi } = coarseTile(pictures, channel);
    const lut = lookup(colours.table, lo, hi, colours.rangeOf(channel));
    const { x, y } = sheet.place(channel, pictures.tile);
    const seen = Array.from(codes, (_, i) => {
      const [row, column] = [Math.floor(i / width), i % width];
      return pixels[(y + row) * sheet.canvas.width + x + column];
    });
    expect(seen).toEqual(Array.from(codes, (code) => lut[code]));
    expect(y + height).toBeLessThanOrEqual(sheet.canvas.height);
  }
});
