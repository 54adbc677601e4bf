/** What stands on a tile beside its label: the number by which it is sorted, and that it is silenced. */

import type { Tag } from "./tags";
import { type Box, label, type Mark } from "./tiles";

/** Below zero and above, as in the diverging colours. */
const SIGNS = { negative: "rgb(33 102 172)", positive: "rgb(178 24 43)" };
const RIM = "rgb(255 255 255 / 0.85)";
const SHADE = "rgb(127 127 127 / 0.6)";

/** Height of a bar and of its rim, in CSS pixels. */
const BAR = 2;
const RIM_WIDTH = 1;

/** How far the bottom of a label lies below the top of the tile on which it stands at the top. */
const LINE = 14;

/** Marks tiles; `undefined` where there is nothing to mark. */
export function marker(
  tagOf: ((channel: number) => Tag | null) | null,
  silenced: ((channel: number) => boolean) | null,
): Mark | undefined {
  if (!tagOf && !silenced) return undefined;
  return (context, channel, box, dark) => {
    if (silenced?.(channel)) strike(context, box, dark);
    const tag = tagOf?.(channel);
    if (!tag) return;
    label(context, tag.text, box.x, box.y + LINE, dark);
    bar(context, tag, box);
  };
}

/** A veil and a line across, with a rim so that it is seen on any colour. */
function strike(context: CanvasRenderingContext2D, { x, y, width, height }: Box, dark: boolean): void {
  context.fillStyle = SHADE;
  context.fillRect(x, y, width, height);
  context.lineCap = "butt";
  context.beginPath();
  context.moveTo(x, y + height);
  context.lineTo(x + width, y);
  for (const [style, thickness] of [
    [dark ? "#fff" : "rgb(0 0 0 / 0.6)", 4],
    [dark ? "#3a3f47" : "#fff", 1.5],
  ] as const) {
    context.strokeStyle = style;
    context.lineWidth = thickness;
    context.stroke();
  }
}

function bar(context: CanvasRenderingContext2D, { length, negative }: Tag, { x, y, width, height }: Box) {
  if (length === 0) return;
  // A bar that is there is seen: at least one pixel of it.
  const long = Math.max(1, length * width);
  context.fillStyle = RIM;
  context.fillRect(x, y + height - BAR - RIM_WIDTH, Math.min(width, long + RIM_WIDTH), BAR + RIM_WIDTH);
  context.fillStyle = negative ? SIGNS.negative : SIGNS.positive;
  context.fillRect(x, y + height - BAR, long, BAR);
}
