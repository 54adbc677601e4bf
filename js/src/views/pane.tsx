/** Pictures to look at: a sheet that is drawn again when it must be, and a frame on which the pointer reads values. */

import { type Signal, useSignalEffect } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { clamp } from "../draw/layout";
import { fitToScreen } from "../draw/paint";
import type { Cell } from "../draw/query";
import type { About } from "../records";
import type { Spot } from "../view";
import { type Crop, cellAt, cellBox, fieldBox, frameStyle, placeOf, WHOLE, within } from "./cellbox";
import { useScope } from "./context";
import type { Picture } from "./picture";
import { useSize } from "./size";
import { Slot } from "./slot";

export interface Paper {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
}

interface SheetProps {
  readonly label: string;
  /** Draws onto the paper; whatever signals it reads, it is called again when they change. */
  readonly draw: (paper: Paper) => void;
}

export function Sheet({ label, draw }: SheetProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const room = useSize(canvas);
  useSignalEffect(() => {
    const { width, height } = room.value;
    const context = canvas.current && width > 0 ? fitToScreen(canvas.current, width, height) : null;
    if (!context) return;
    context.clearRect(0, 0, width, height);
    draw({ context, width, height });
  });
  return <canvas ref={canvas} role="img" aria-label={label} />;
}

/** Width of the network's input by its height. */
export function ratioOf({ input }: About): number {
  const [, height = 1, width = 1] = input ?? [];
  return width / height;
}

export function photo({ context, width, height }: Paper, picture: Picture | null): void {
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "high";
  if (picture) context.drawImage(picture, 0, 0, width, height);
}

interface FrameProps extends SheetProps {
  readonly ratio: number;
  readonly channel: number;
  readonly size: Cell;
  readonly spot: Signal<Spot | null>;
  /** What a click on a cell does, and what it says it does. */
  readonly pick?: { readonly title: string; readonly cell: (cell: Cell) => void };
  /** Whether it is the network's input, on which a cell's receptive field can be shown. */
  readonly seen?: boolean;
  /** The cell that is asked about. */
  readonly asked?: Cell | null;
  /** What stands under it, where that is more than the label. */
  readonly children?: ComponentChildren;
}

export function Frame(props: FrameProps) {
  const { label, draw, ratio, channel, size, spot, pick, seen, asked, children } = props;
  const { view } = useScope();
  const point = (event: MouseEvent & { currentTarget: HTMLElement }) => {
    const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
    if (width === 0 || height === 0) return;
    const part = (value: number) => clamp(value, 0, 0.999999);
    spot.value = {
      channel,
      u: part((event.clientX - left) / width),
      v: part((event.clientY - top) / height),
    };
    view.last.value = spot.value;
  };
  return (
    <figure>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: Shift and the arrows do the same */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: Shift and the arrows do the same */}
      <div
        class="nn-picture"
        style={{ aspectRatio: String(ratio) }}
        title={pick?.title}
        onPointerMove={point}
        onPointerDown={point}
        onClick={(event) => {
          point(event);
          if (spot.value) pick?.cell(cellAt(spot.value, size));
        }}
      >
        <Sheet label={label} draw={draw} />
        {asked && <div class="nn-asker-frame" style={frameStyle(cellBox(placeOf(asked, size), size))} />}
        {spot.value && seen && <FieldFrame spot={spot.value} />}
        {spot.value && <div class="nn-cell-frame" style={frameStyle(cellBox(spot.value, size))} />}
      </div>
      <figcaption class="nn-muted">{children ?? label}</figcaption>
    </figure>
  );
}

/** What the cell under the pointer could see of the network's input, which is a part `crop` of the picture. */
export function FieldFrame({ spot, crop = WHOLE }: { readonly spot: Spot; readonly crop?: Crop }) {
  const { store } = useScope();
  const box = fieldBox(spot, store.shown.value, store.traits._about.value.input);
  return (
    <>
      <Slot>{({ Glow }) => <Glow spot={spot} crop={crop} />}</Slot>
      {box && <div class="nn-field-frame" style={frameStyle(within(crop, box))} />}
    </>
  );
}
