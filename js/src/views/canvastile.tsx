/** A tile of so many cells that they are pixels of one canvas: an element for each would hold up the page. */

import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { canvasOf } from "../draw/paint";
import { cellAt } from "./cellbox";
import { type Props, titleOf } from "./numbertile";

export function CanvasTile(props: Props) {
  const { values, columns, grain, marked } = props;
  const rows = values.length / columns;
  const canvas = useRef<HTMLCanvasElement>(null);
  const title = useSignal("");
  useLayoutEffect(() => draw(canvas.current, props, rows));
  const point = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
    if (width === 0 || height === 0) return;
    const place = { u: (event.clientX - left) / width, v: (event.clientY - top) / height };
    const [row, column] = cellAt(place, [rows, columns]);
    title.value = titleOf(props, row * columns + column);
  };
  const size = { width: `${columns * grain.width}px`, height: `${rows * grain.height}px` };
  return (
    <span class="nn-canvastile" style={size} title={title.value} onPointerMove={point}>
      <canvas
        ref={canvas}
        width={columns}
        height={rows}
        role="img"
        aria-label={`${rows} × ${columns} cells`}
      />
      {marked !== undefined && (
        <i
          class="nn-winner"
          style={{
            left: `${(marked % columns) * grain.width}px`,
            top: `${Math.floor(marked / columns) * grain.height}px`,
            width: `${grain.width}px`,
            height: `${grain.height}px`,
          }}
        />
      )}
    </span>
  );
}

/** What is none of the input has the colour of what is no number. */
function draw(
  canvas: HTMLCanvasElement | null,
  { values, columns, table, range, outside }: Props,
  rows: number,
) {
  const inside = values.map((value, i) => (outside?.[i] ? Number.NaN : value));
  const picture = canvasOf({ height: rows, width: columns, values: inside }, table, range);
  canvas?.getContext("2d")?.drawImage(picture, 0, 0);
}
