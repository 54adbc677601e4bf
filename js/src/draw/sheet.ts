/** Pictures to keep: a title, what is shown, and the colour bar, on white. */

import { css, sample, type Table } from "./colormap";

/** A colour bar: its colours, the part of them that is used, and the words at its ends. */
export interface Bar {
  readonly table: Table;
  readonly part: readonly [number, number];
  readonly words: readonly [string, string];
}

export interface Sheet {
  readonly title: string;
  readonly bars: readonly Bar[];
  /** Size of what is shown, in pixels. */
  readonly width: number;
  readonly height: number;
  /** Draws what is shown, with the origin at its top left. */
  readonly draw: (context: CanvasRenderingContext2D) => void;
}

const MARGIN = 12;
const HEAD = 24;
const BAR = 110;

export function drawSheet(sheet: Sheet): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  const width = Math.max(sheet.width, 420);
  canvas.width = Math.ceil(width + 2 * MARGIN);
  canvas.height = Math.ceil(sheet.height + 2 * MARGIN + HEAD);
  const context = canvas.getContext("2d");
  if (!context) return canvas;
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.font = "12px system-ui, sans-serif";
  context.textBaseline = "middle";
  const used = sheet.bars.reduce((right, bar) => drawBar(context, bar, right), canvas.width - MARGIN);
  context.fillStyle = "#222";
  context.textAlign = "left";
  context.fillText(sheet.title, MARGIN, MARGIN + HEAD / 2 - 6, Math.max(60, used - 2 * MARGIN));
  context.translate(MARGIN, MARGIN + HEAD);
  sheet.draw(context);
  return canvas;
}

/** Draw a bar that ends at `right`; returns where the next one may end. */
function drawBar(context: CanvasRenderingContext2D, { table, part, words }: Bar, right: number): number {
  const y = MARGIN + HEAD / 2 - 6;
  context.fillStyle = "#555";
  context.textAlign = "right";
  context.fillText(words[1], right, y);
  // Whole pixels, else each stripe would be half see-through.
  const end = Math.round(right - context.measureText(words[1]).width - 6);
  for (let x = 0; x < BAR; x++) {
    const colour = sample(table, part[0] + ((part[1] - part[0]) * x) / (BAR - 1));
    context.fillStyle = css(colour);
    context.fillRect(end - BAR + x, y - 4, 1, 8);
  }
  context.fillStyle = "#555";
  context.fillText(words[0], end - BAR - 6, y);
  return end - BAR - 6 - context.measureText(words[0]).width - MARGIN;
}
