import { expect, test, vi } from "vitest";
import { layerPacket } from "../../demo/packets";
import { makeLayer } from "../../demo/specimen";
import type { LayerPictures } from "../records";
import { readLayer } from "../wire";
import { layoutOf } from "./layout";
import { layerRange } from "./scale";
import { coarseTile, coloursOf, type Scene, TilePainter } from "./tiles";

const packet = layerPacket(makeLayer("a", "Conv2d", "convolution", 40, 8));
const pictures = readLayer(packet.header, packet.body);

function sceneOf(about: LayerPictures, rows: { first: number; last: number }): Scene {
  return {
    pictures: about,
    order: Uint32Array.from({ length: 40 }, (_, i) => i),
    layout: layoutOf(40, 670, 64),
    rows,
    top: 0,
    colours: coloursOf("grey", "layer", () => layerRange(about.stats)),
    native: () => undefined,
  };
}

function contextOf() {
  const drawn: number[] = [];
  const context = {
    drawImage: (...numbers: unknown[]) => drawn.push(numbers[6] as number),
    getTransform: () => ({ a: 1 }),
    strokeText: vi.fn(),
    fillText: vi.fn(),
  };
  return { context: context as unknown as CanvasRenderingContext2D, drawn, words: context.fillText };
}

test("only the tiles of the rows in sight are drawn", () => {
  const { context, drawn } = contextOf();
  new TilePainter().paint(context, sceneOf(pictures, { first: 1, last: 2 }));
  expect(drawn).toHaveLength(10);
});

test("each tile has its number, and flat ones a word", () => {
  const { context, words } = contextOf();
  new TilePainter().paint(context, sceneOf(pictures, { first: 0, last: 4 }));
  const texts = words.mock.calls.map(([text]) => text);
  expect(texts).toHaveLength(40);
  expect(texts.slice(2, 6)).toEqual(["2", "3 · dead", "4", "5 · constant"]);
});

test("pictures stand in place of values, with a label of their own; silenced ones are marked as ever", () => {
  const { context, drawn, words } = contextOf();
  const ready = vi.fn();
  const marked: number[] = [];
  const pictured = {
    ready,
    draw: (_: CanvasRenderingContext2D, channel: number, __: object, values: () => void) =>
      channel === 12 && values(),
    label: (channel: number) => `wants ${channel}`,
  };
  const scene = sceneOf(pictures, { first: 1, last: 2 });
  new TilePainter().paint(context, { ...scene, pictured, mark: (_, channel) => marked.push(channel) });
  const channels = Array.from({ length: 10 }, (_, i) => 10 + i);
  expect(ready.mock.calls.map(([list]) => [...list])).toEqual([channels]);
  expect(drawn).toHaveLength(1);
  expect(words.mock.calls.map(([text]) => text)).toEqual(channels.map((channel) => `wants ${channel}`));
  expect(marked).toEqual(channels);
});

test("a coarse tile is a part of the packet", () => {
  const tile = coarseTile(pictures, 2);
  expect(tile.codes).toHaveLength(64);
  expect(tile.codes.buffer).toBe(pictures.tiles.buffer);
  expect([tile.lo, tile.hi]).toEqual([pictures.lo[2], pictures.hi[2]]);
});
