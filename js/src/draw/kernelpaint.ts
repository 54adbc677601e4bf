/** Kernels on one canvas: as a matrix of signed tiles, or as cards of one tile each beside the channel's picture. */

import { NONFINITE, pixel, type Table } from "./colormap";
import { clamp, GAP, type Layout, placeOf, type Rows } from "./layout";
import { columnsInSight, HEAD, LEFT, type Matrix, numberedEvery, pitchOf, topOf } from "./matrix";
import { paintValues, pixelsOf } from "./paint";
import type { Cell } from "./query";
import type { Range } from "./scale";

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Colours of what is written and of what is not there yet: the page's own. */
export interface Inks {
  readonly ink: string;
  readonly muted: string;
  readonly fill: string;
  readonly font: string;
}

/** Draws the picture of a channel into a box. */
export type DrawPicture = (context: CanvasRenderingContext2D, channel: number, box: Box) => void;

/** What both arrangements need. */
export interface KernelScene {
  /** Height and width of a kernel, and how many inputs it has. */
  readonly size: Cell;
  readonly inputs: number;
  readonly rows: Rows;
  /** How far it is scrolled, and how much is in sight, in CSS pixels. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly table: Table;
  readonly inks: Inks;
  /** The weights of an output channel, `[inputs, height, width]`, once they have come. */
  weights(channel: number): Float32Array | undefined;
  /** The weights at the ends of the colours. */
  range(channel: number): Range;
  readonly picture: DrawPicture;
}

export interface MatrixScene extends KernelScene {
  readonly matrix: Matrix;
  /** Number of the first input of an output channel. */
  first(channel: number): number;
  /** What stands over the columns, where they have names. */
  readonly names: readonly string[];
  /** Whether the inputs are those of a group: then the columns are counted from its first. */
  readonly grouped: boolean;
}

/** Between a kernel and the picture of its channel, and what a card leaves free at its right, in CSS pixels. */
const SEAM = 1;
const MARGIN = 5;

/** Width of a kernel on its card, and of the picture beside it. */
export function halfOf({ width }: Layout): number {
  return (width - MARGIN - SEAM) / 2;
}

/** Pixels of kernels, kept from one painting to the next: a new canvas costs more than what is on it. */
export class KernelPainter {
  readonly #canvas = document.createElement("canvas");
  readonly #context = this.#canvas.getContext("2d");

  matrix(context: CanvasRenderingContext2D, scene: MatrixScene): void {
    const { matrix, rows, left, top, width, height, inks } = scene;
    const columns = columnsInSight(matrix, left, width);
    const [high, wide] = scene.size;
    const across = columns.last - columns.first;
    this.#fill(scene, columns, across * wide, (rows.last - rows.first) * high);
    const pitch = matrix.layout.height + GAP;
    context.save();
    context.beginPath();
    context.rect(0, HEAD, width, height - HEAD);
    context.clip();
    for (let row = rows.first; row < rows.last; row++) {
      const y = HEAD + row * pitch - top;
      labelRow(context, scene, row, y, matrix.layout.height);
      const from = { y: (row - rows.first) * high, known: scene.weights(row) !== undefined };
      this.#row(context, scene, columns, from, y + topOf(matrix));
    }
    context.restore();
    labelColumns(context, scene, columns, inks);
  }

  /** One kernel a card, at its left half; the channel's picture at its right. */
  cards(context: CanvasRenderingContext2D, scene: KernelScene, layout: Layout, colour: boolean): void {
    const { size, rows, top, inks } = scene;
    const [high, wide] = size;
    for (let row = rows.first; row < rows.last; row++) {
      for (let column = 0; column < layout.columns; column++) {
        const channel = row * layout.columns + column;
        if (channel >= layout.count) return;
        const place = placeOf(layout, channel);
        const [y, half] = [place.y - top, halfOf(layout)];
        scene.picture(context, channel, { x: place.x + half + SEAM, y, width: half, height: layout.height });
        const weights = scene.weights(channel);
        if (!weights) waiting(context, inks, { x: place.x, y, width: half, height: layout.height });
        else {
          this.#one(weights, scene, scene.range(channel), colour);
          const fit = Math.min(half / wide, layout.height / high);
          const box = { width: fit * wide, height: fit * high };
          const at = { x: place.x + (half - box.width) / 2, y: y + (layout.height - box.height) / 2 };
          copy(context, this.#canvas, { x: 0, y: 0, width: wide, height: high }, { ...at, ...box });
        }
        rimmed(context, String(channel), place.x, y + layout.height);
      }
    }
  }

  /** Colour the kernels in sight, one pixel a weight, side by side. */
  #fill(scene: MatrixScene, columns: Rows, width: number, height: number): void {
    if (width < 1 || height < 1) return;
    this.#canvas.width = width;
    this.#canvas.height = height;
    const image = this.#context?.createImageData(width, height);
    if (!image) return;
    const pixels = pixelsOf(image);
    const [high, wide] = scene.size;
    const line = new Float32Array(width);
    for (let row = scene.rows.first; row < scene.rows.last; row++) {
      const weights = scene.weights(row);
      if (!weights) continue;
      for (let down = 0; down < high; down++) {
        for (let column = columns.first; column < columns.last; column++) {
          const start = (column * high + down) * wide;
          line.set(weights.subarray(start, start + wide), (column - columns.first) * wide);
        }
        const at = ((row - scene.rows.first) * high + down) * width;
        paintValues(line, scene.table, scene.range(row), pixels.subarray(at, at + width));
      }
    }
    this.#context?.putImageData(image, 0, 0);
  }

  #row(
    context: CanvasRenderingContext2D,
    { matrix, size: [high, wide], left, inks }: MatrixScene,
    columns: Rows,
    from: { readonly y: number; readonly known: boolean },
    y: number,
  ): void {
    const pitch = pitchOf(matrix);
    const [width, height] = [wide * matrix.cell[1], high * matrix.cell[0]];
    const start = LEFT + columns.first * pitch - left;
    context.save();
    context.beginPath();
    context.rect(LEFT, y, matrix.width, height);
    context.clip();
    const count = columns.last - columns.first;
    if (!from.known) waiting(context, inks, { x: start, y, width: count * pitch - matrix.gap, height });
    // Without a gap the whole row is one picture.
    else if (matrix.gap === 0) {
      const source = { x: 0, y: from.y, width: count * wide, height: high };
      copy(context, this.#canvas, source, { x: start, y, width: count * width, height });
    } else {
      for (let column = columns.first; column < columns.last; column++) {
        const source = { x: (column - columns.first) * wide, y: from.y, width: wide, height: high };
        copy(context, this.#canvas, source, { x: LEFT + column * pitch - left, y, width, height });
      }
    }
    context.restore();
  }

  /** One kernel alone: its first input in signed colours, or its three inputs as one colour. */
  #one(weights: Float32Array, { size: [high, wide], table }: KernelScene, range: Range, colour: boolean) {
    this.#canvas.width = wide;
    this.#canvas.height = high;
    const image = this.#context?.createImageData(wide, high);
    if (!image) return;
    if (colour) paintColour(weights, range, pixelsOf(image));
    else paintValues(weights.subarray(0, high * wide), table, range, pixelsOf(image));
    this.#context?.putImageData(image, 0, 0);
  }
}

/** Three inputs as red, green and blue: the least weight of the range is black, the greatest full, zero the grey between. */
export function paintColour(weights: Float32Array, { lo, hi }: Range, pixels: Uint32Array): void {
  const cells = pixels.length;
  const level = (at: number) => {
    const value = weights[at] as number;
    return hi > lo ? clamp(Math.round((255 * (value - lo)) / (hi - lo)), 0, 255) : 128;
  };
  for (let i = 0; i < cells; i++) {
    const parts = [i, i + cells, i + 2 * cells];
    const whole = parts.every((at) => Number.isFinite(weights[at]));
    pixels[i] = whole
      ? pixel(level(parts[0] as number), level(parts[1] as number), level(parts[2] as number))
      : NONFINITE;
  }
}

/** Copy without a blur: a cell is a weight. */
function copy(context: CanvasRenderingContext2D, canvas: HTMLCanvasElement, from: Box, to: Box): void {
  context.imageSmoothingEnabled = false;
  context.drawImage(canvas, from.x, from.y, from.width, from.height, to.x, to.y, to.width, to.height);
}

function waiting(context: CanvasRenderingContext2D, { fill }: Inks, { x, y, width, height }: Box): void {
  context.fillStyle = fill;
  context.fillRect(x, y, width, height);
}

/** A row's number, and the picture of its channel. */
function labelRow(
  context: CanvasRenderingContext2D,
  scene: MatrixScene,
  channel: number,
  y: number,
  height: number,
): void {
  const { inks } = scene;
  const side = Math.min(height, 36);
  context.font = `11px ${inks.font}`;
  context.textBaseline = "middle";
  context.textAlign = "right";
  context.fillStyle = inks.ink;
  const middle = y + height / 2;
  context.fillText(String(channel), LEFT - 48, scene.grouped ? middle - 6 : middle);
  if (scene.grouped) {
    context.font = `9px ${inks.font}`;
    context.fillStyle = inks.muted;
    context.fillText(`from ${scene.first(channel)}`, LEFT - 48, middle + 6);
  }
  context.textAlign = "left";
  scene.picture(context, channel, { x: LEFT - 42, y: y + (height - side) / 2, width: 36, height: side });
}

/** The line over the columns: names, or the numbers of the inputs. */
function labelColumns(
  context: CanvasRenderingContext2D,
  scene: MatrixScene,
  columns: Rows,
  { muted, font }: Inks,
): void {
  const { matrix, left, names } = scene;
  const pitch = pitchOf(matrix);
  const every = names.length > 0 ? 1 : numberedEvery(matrix);
  context.font = `11px ${font}`;
  context.textBaseline = "middle";
  context.textAlign = "right";
  context.fillStyle = muted;
  context.fillText(names.length > 0 ? "" : scene.grouped ? "in its group" : "input", LEFT - 6, HEAD / 2);
  context.textAlign = "center";
  context.save();
  context.beginPath();
  context.rect(LEFT - 4, 0, scene.width, HEAD);
  context.clip();
  const half = (matrix.size[1] * matrix.cell[1]) / 2;
  for (let column = columns.first; column < columns.last; column++) {
    if (column % every !== 0) continue;
    context.fillText(names[column] ?? String(column), LEFT + column * pitch - left + half, HEAD / 2);
  }
  context.restore();
  context.textAlign = "left";
}

/** A number that can be read on any colour, as on the tiles of the channels. */
function rimmed(context: CanvasRenderingContext2D, text: string, left: number, bottom: number): void {
  context.font = "9px system-ui, sans-serif";
  context.textBaseline = "alphabetic";
  context.lineWidth = 2;
  context.lineJoin = "round";
  context.strokeStyle = "rgb(0 0 0 / 0.55)";
  context.fillStyle = "#fff";
  context.strokeText(text, left + 3, bottom - 3.5);
  context.fillText(text, left + 3, bottom - 3.5);
}
