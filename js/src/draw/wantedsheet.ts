/** Pictures that channels want, kept on one canvas so that scrolling only copies them. */

import type { WantedTile } from "../ascent";
import { Atlas, roomFor } from "./atlas";
import { type Box, copy, type Source } from "./tiles";

/** How strongly the values of a channel are drawn that has no picture yet. */
const FAINT = 0.28;

/** Height of the line that tells how far a picture has come, and of its rim, in CSS pixels. */
const LINE = 2;
const RIM = 1;
const DONE = "#2563eb";
const LEFT = "rgb(255 255 255 / 0.85)";

export class WantedSheet {
  /** One for each size of pictures: all of a network have one, until it is chosen anew. */
  readonly #atlases = new Map<string, Atlas>();
  readonly #numbers = new WeakMap<WantedTile, number>();
  readonly #painted = new WeakSet<WantedTile>();
  #next = 0;

  /** A newer picture takes the place of an older one. */
  replace(older: WantedTile | undefined, newer: WantedTile): void {
    this.#numbers.set(newer, (older && this.#numbers.get(older)) ?? this.#next++);
  }

  /** Paint those that are drawn next, if there is room for all of them: between drawings it would cost more. */
  ready(tiles: readonly (WantedTile | undefined)[]): void {
    const begun = tiles.filter((tile) => tile !== undefined && tile.steps > 0) as WantedTile[];
    const [first] = begun;
    if (!first || begun.length > roomFor(first.size[1], first.size[0])) return;
    for (const tile of begun) this.#place(tile);
  }

  /** Draw one onto its tile, over its values while there is no picture. */
  draw(
    context: CanvasRenderingContext2D,
    tile: WantedTile | undefined,
    box: Box,
    values: () => void,
    smooth: boolean,
  ): void {
    if (tile && tile.steps > 0) {
      copy(context, this.#place(tile), within(box, tile.size), smooth);
      if (tile.steps < tile.of) line(context, tile.steps / tile.of, box);
      return;
    }
    context.globalAlpha = FAINT;
    values();
    context.globalAlpha = 1;
  }

  /** Where its pixels lie. */
  #place(tile: WantedTile): Source {
    const atlas = this.#atlasOf(tile.size);
    const number = this.#numbers.get(tile) ?? 0;
    if (!this.#painted.has(tile)) atlas.renew(number);
    this.#painted.add(tile);
    const slot = atlas.place(number, (pixels) => paint(tile.pixels, pixels));
    return { canvas: atlas.canvas, ...slot, width: atlas.width, height: atlas.height };
  }

  #atlasOf([height, width]: WantedTile["size"]): Atlas {
    const key = `${height}/${width}`;
    const known = this.#atlases.get(key) ?? new Atlas(width, height, Number.POSITIVE_INFINITY);
    this.#atlases.set(key, known);
    return known;
  }
}

function paint(colours: Uint8Array, pixels: Uint32Array): void {
  for (let i = 0, at = 0; i < pixels.length; i++, at += 3) {
    const [red, green, blue] = [colours[at] as number, colours[at + 1] as number, colours[at + 2] as number];
    pixels[i] = (0xff000000 | (blue << 16) | (green << 8) | red) >>> 0;
  }
}

/** The largest box of the picture's shape in the middle of another. */
function within(box: Box, [rows, columns]: readonly [number, number]): Box {
  const scale = Math.min(box.width / columns, box.height / rows);
  const [width, height] = [columns * scale, rows * scale];
  // Less than a pixel of margin comes from rounding the height of the tiles.
  if (box.width - width < 1 && box.height - height < 1) return box;
  return { x: box.x + (box.width - width) / 2, y: box.y + (box.height - height) / 2, width, height };
}

/** How far a picture has come: a thin line at the foot of its tile. */
function line(context: CanvasRenderingContext2D, done: number, { x, y, width, height }: Box): void {
  context.fillStyle = LEFT;
  context.fillRect(x, y + height - LINE - RIM, width, LINE + RIM);
  context.fillStyle = DONE;
  context.fillRect(x, y + height - LINE, Math.max(1, done * width), LINE);
}
