/** What the tools lay over the image: the wet paint, the brush, the region; nothing of it hides the pointer from the image while one looks. */

import { useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { fitToScreen } from "../draw/paint";
import { BrushSurface } from "./brushsurface";
import { type Crop, frameStyle } from "./cellbox";
import { useScope } from "./context";
import type { Wet } from "./editqueue";
import { isBrush, sizeOf, useImage } from "./imagestate";
import { RegionSurface } from "./regionsurface";
import { useSize } from "./size";

/** `crop` is the part of the picture that is the network's input. */
export function ImageLayer({ crop }: { readonly crop: Crop }) {
  const { tool } = useImage();
  const size = sizeOf(useScope());
  if (!size) return null;
  return (
    <div class="nn-input-area" style={frameStyle(crop)}>
      <WetPaint size={size} />
      <RegionSurface size={size} />
      {isBrush(tool.value) && <BrushSurface size={size} tool={tool.value} />}
    </div>
  );
}

/** What was painted and is not drawn by the kernel yet. */
function WetPaint({ size: [width] }: { readonly size: readonly [number, number] }) {
  const { queue } = useImage();
  const { root } = useScope();
  const canvas = useRef<HTMLCanvasElement>(null);
  const room = useSize(canvas);
  useSignalEffect(() => {
    const ways = queue.wet.value;
    const { width: wide, height: high } = room.value;
    const context = canvas.current && wide > 0 ? fitToScreen(canvas.current, wide, high) : null;
    if (!context) return;
    context.clearRect(0, 0, wide, high);
    const colour = getComputedStyle(root).getPropertyValue("--nn-accent") || "#2563eb";
    for (const way of ways) trace(context, way, wide / width, colour);
  });
  return <canvas ref={canvas} class="nn-wet" aria-hidden="true" />;
}

function trace(
  context: CanvasRenderingContext2D,
  { points, radius }: Wet,
  scale: number,
  colour: string,
): void {
  context.strokeStyle = colour;
  context.lineWidth = 2 * radius * scale;
  context.lineCap = "round";
  context.lineJoin = "round";
  context.beginPath();
  for (const [i, [x, y]] of points.entries()) {
    // A way of one point is a dab: a line of no length is drawn with its round ends.
    if (i === 0) context.moveTo(x * scale, y * scale);
    context.lineTo(x * scale, y * scale);
  }
  context.stroke();
}
