/** The grid of tiles on one canvas. */

import type { CodeTile, LayerPictures, Normalize } from "../records";
import { Atlas, roomFor } from "./atlas";
import { CoarseSheet } from "./coarse";
import { isDiverging, type Table, tableOf } from "./colormap";
import { type Layout, placeOf, type Rows } from "./layout";
import { flatness } from "./order";
import { paintCodes } from "./paint";
import type { Portions } from "./portions";
import { lookup, type Range } from "./scale";

/** Everything that a picture of the grid depends on. */
export interface Scene {
  readonly pictures: LayerPictures;
  readonly order: Uint32Array;
  readonly layout: Layout;
  readonly rows: Rows;
  /** How far the grid is scrolled, in CSS pixels. */
  readonly top: number;
  readonly colours: Colours;
  /** A channel at native size, when it is wanted and has come. */
  native(channel: number): CodeTile | undefined;
  /** What the tiles show in place of values, if they do. */
  readonly pictured?: Pictured | null | undefined;
  /** Draws what stands on a tile beside its label. */
  readonly mark?: Mark | undefined;
}

/** Draws onto the tile of a channel; `dark` is how its label is drawn. */
export type Mark = (context: CanvasRenderingContext2D, channel: number, box: Box, dark: boolean) => void;

/** Pictures that stand in place of values. */
export interface Pictured {
  /** Those of these channels are drawn next. */
  ready(channels: Uint32Array): void;
  /** Draw that of a channel; `values` draws its values instead. */
  draw(context: CanvasRenderingContext2D, channel: number, box: Box, values: () => void): void;
  /** What stands at the foot of its tile. */
  label(channel: number): string;
}

/** How values become colours; two with equal keys and the same portions colour alike. */
export interface Colours {
  readonly key: string;
  /** How the tiles are drawn as parts of a map, if they are. */
  readonly portions: Portions | null;
  readonly table: Table;
  /** Whether numbers on the tiles are dark, because most of the tiles are light. */
  readonly darkText: boolean;
  rangeOf(channel: number): Range;
}

export function coloursOf(
  colormap: Parameters<typeof tableOf>[0],
  normalize: Normalize,
  range: (channel: number) => Range,
  portions: Portions | null = null,
): Colours {
  // A range of the layer, or one that is held, is that of the first channel too.
  const { lo, hi } = range(0);
  return {
    portions,
    key: [colormap, normalize, lo, hi].join("/"),
    table: tableOf(colormap),
    darkText: isDiverging(colormap),
    rangeOf: range,
  };
}

/** The coarse picture of a channel. */
export function coarseTile(pictures: LayerPictures, channel: number): CodeTile {
  const cells = pictures.tile[0] * pictures.tile[1];
  return {
    size: pictures.tile,
    codes: pictures.tiles.subarray(channel * cells, (channel + 1) * cells),
    lo: pictures.lo[channel] ?? 0,
    hi: pictures.hi[channel] ?? 0,
  };
}

/** Paints scenes; keeps the coloured tiles from one to the next. */
export class TilePainter {
  #pictures: LayerPictures | null = null;
  #key = "";
  #portions: Portions | null = null;
  readonly #coarse = new CoarseSheet();
  #native: Atlas | null = null;

  /** Draw the tiles in sight, onto a context that counts in CSS pixels. */
  paint(context: CanvasRenderingContext2D, scene: Scene): void {
    this.#prepare(scene);
    const { layout, order, rows, top, pictured } = scene;
    const first = rows.first * layout.columns;
    const channels = order.subarray(first, Math.min(layout.count, rows.last * layout.columns));
    // All colouring before all copying: in turns, each would make the browser copy the whole atlas.
    // Where the atlas cannot hold all of them at once, in turns it must be.
    const together = channels.length <= roomFor(scene.pictures.size[1], scene.pictures.size[0]);
    const sources = together ? Array.from(channels, (channel) => this.#source(scene, channel)) : null;
    pictured?.ready(channels);
    for (const [i, channel] of channels.entries()) {
      const { x, y } = placeOf(layout, first + i);
      const source = sources?.[i] ?? this.#source(scene, channel);
      const box = { x, y: y - top, width: layout.width, height: layout.height };
      const { darkText } = scene.colours;
      const values = () => copy(context, source, box);
      if (pictured) pictured.draw(context, channel, box, values);
      else values();
      scene.mark?.(context, channel, box, darkText);
      const words = pictured?.label(channel) ?? labelOf(scene.pictures, channel);
      label(context, words, x, box.y + box.height, darkText);
    }
  }

  #prepare({ pictures, colours }: Scene): void {
    const { key, portions } = colours;
    if (pictures === this.#pictures && key === this.#key && portions === this.#portions) return;
    this.#coarse.paint(pictures, colours);
    if (pictures !== this.#pictures) this.#native = null;
    else this.#native?.clear();
    this.#pictures = pictures;
    this.#key = key;
    this.#portions = portions;
  }

  /** Where the coloured tile of a channel lies. */
  #source(scene: Scene, channel: number): Source {
    const tile = scene.native(channel);
    if (!tile) {
      const [height, width] = scene.pictures.tile;
      const place = this.#coarse.place(channel, scene.pictures.tile);
      return { canvas: this.#coarse.canvas, ...place, width, height };
    }
    const atlas = this.#nativeAtlas(scene.pictures);
    const { table, rangeOf } = scene.colours;
    const slot = atlas.place(channel, (pixels) =>
      paintCodes(tile.codes, lookup(table, tile.lo, tile.hi, rangeOf(channel)), pixels),
    );
    return { canvas: atlas.canvas, ...slot, width: atlas.width, height: atlas.height };
  }

  #nativeAtlas({ size, channels }: LayerPictures): Atlas {
    this.#native ??= new Atlas(size[1], size[0], channels);
    return this.#native;
  }
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Source extends Box {
  readonly canvas: HTMLCanvasElement;
}

/** Copy a tile to whole device pixels: cells stay sharp when grown, unless `smooth`, and are averaged when shrunk. */
export function copy(context: CanvasRenderingContext2D, from: Source, to: Box, smooth = false): void {
  const scale = context.getTransform().a || 1;
  const snap = (value: number) => Math.round(value * scale) / scale;
  const [left, top] = [snap(to.x), snap(to.y)];
  const [width, height] = [snap(to.x + to.width) - left, snap(to.y + to.height) - top];
  context.imageSmoothingEnabled = smooth || width * scale < from.width;
  context.imageSmoothingQuality = "high";
  context.drawImage(from.canvas, from.x, from.y, from.width, from.height, left, top, width, height);
}

/** A tile's number, and a word when all its cells are alike. */
function labelOf(pictures: LayerPictures, channel: number): string {
  const flat = flatness(pictures, channel);
  return flat ? `${channel} · ${flat}` : String(channel);
}

/** A number with a rim of the other shade, to be read on any colour. */
export function label(
  context: CanvasRenderingContext2D,
  text: string,
  left: number,
  bottom: number,
  dark: boolean,
): void {
  context.font = "9px system-ui, sans-serif";
  context.textBaseline = "alphabetic";
  context.lineWidth = 2;
  context.lineJoin = "round";
  context.strokeStyle = dark ? "rgb(255 255 255 / 0.7)" : "rgb(0 0 0 / 0.55)";
  context.fillStyle = dark ? "#3a3f47" : "#fff";
  context.strokeText(text, left + 3, bottom - 3.5);
  context.fillText(text, left + 3, bottom - 3.5);
}
