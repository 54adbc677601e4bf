/** The three pictures of a channel: the image, the channel over it, the channel alone. */

import { type Signal, useComputed, useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { overPhoto, tableOf } from "../draw/colormap";
import { canvasOf, fitToScreen } from "../draw/paint";
import { bilinear, type Plane } from "../draw/resample";
import { around, type Range, valueOfCode } from "../draw/scale";
import { coarseTile } from "../draw/tiles";
import type { Colormap, LayerPictures } from "../records";
import type { Spot, Store } from "../state";
import { cellBox, frameStyle } from "./cellbox";
import { useScope } from "./context";
import { type Picture, usePicture } from "./picture";
import { useSize } from "./size";

interface Props {
  readonly channel: number;
  readonly pictures: LayerPictures;
  readonly spot: Signal<Spot | null>;
}

/** Longest side, in pixels, to which a map is brought before it is coloured. */
const FINEST = 720;

export function Pictures({ channel, pictures, spot }: Props) {
  const { store, view } = useScope();
  const { _about, _picture, smooth, colormap, opacity } = store.traits;
  const image = usePicture(_picture);
  const plane = useComputed(() => planeOf(store));
  const range = useComputed(() => store.rangeOf(store.enlarged.value ?? 0));
  const [, rows = pictures.size[0], columns = pictures.size[1]] = _about.value.input ?? [];
  const frame = { ratio: columns / rows, channel, size: pictures.size, spot };
  return (
    <>
      <Frame {...frame} caption="image" draw={(to) => photo(to, image.value)} />
      <Frame
        {...frame}
        caption="overlay"
        draw={(to) => {
          photo(to, image.value);
          const name = overPhoto(colormap.value);
          const scale = name === colormap.value ? range.value : around(range.value);
          const strength = view.dragged.value ?? opacity.value;
          map(to, { plane: plane.value, range: scale, colormap: name, smooth: true, opacity: strength });
        }}
      />
      <Frame
        {...frame}
        caption="activation"
        draw={(to) =>
          map(to, {
            plane: plane.value,
            range: range.value,
            colormap: colormap.value,
            smooth: smooth.value,
            opacity: 1,
          })
        }
      />
    </>
  );
}

/** The channel's values: as computed once they have come, else read off the best tile. */
function planeOf(store: Store): Plane {
  // Read so that finer values replace rougher ones when they come.
  store.detail.version.value;
  const pictures = store.pictures.value;
  const channel = store.enlarged.value;
  if (!pictures || channel === null) return { height: 1, width: 1, values: new Float32Array(1) };
  const exact = store.detail.exact(channel);
  if (exact) return { height: exact.size[0], width: exact.size[1], values: exact.values };
  const { size, codes, lo, hi } = store.detail.native(channel) ?? coarseTile(pictures, channel);
  return {
    height: size[0],
    width: size[1],
    values: Float32Array.from(codes, (code) => valueOfCode(code, lo, hi)),
  };
}

interface Paper {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
}

function photo({ context, width, height }: Paper, picture: Picture | null): void {
  context.clearRect(0, 0, width, height);
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "high";
  if (picture) context.drawImage(picture, 0, 0, width, height);
}

interface MapLook {
  readonly plane: Plane;
  readonly range: Range;
  readonly colormap: Colormap;
  readonly smooth: boolean;
  readonly opacity: number;
}

/** Values are interpolated before they become colours, so that no colour appears that stands for no value. */
function map({ context, width, height }: Paper, look: MapLook): void {
  const { plane } = look;
  const ratio = Math.min(globalThis.devicePixelRatio || 1, FINEST / Math.max(width, height));
  const shown = look.smooth ? bilinear(plane, Math.round(height * ratio), Math.round(width * ratio)) : plane;
  context.imageSmoothingEnabled = !look.smooth && plane.width > width * ratio;
  context.globalAlpha = look.opacity;
  context.drawImage(canvasOf(shown, tableOf(look.colormap), look.range), 0, 0, width, height);
  context.globalAlpha = 1;
}

interface FrameProps {
  readonly caption: string;
  readonly ratio: number;
  readonly channel: number;
  readonly size: readonly [number, number];
  readonly spot: Signal<Spot | null>;
  /** Draws onto the paper; whatever signals it reads, it is called again when they change. */
  readonly draw: (paper: Paper) => void;
}

/** A picture on which the pointer reads values. */
function Frame({ caption, ratio, channel, size, spot, draw }: FrameProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const room = useSize(canvas);
  useSignalEffect(() => {
    const { width, height } = room.value;
    const context = canvas.current && width > 0 ? fitToScreen(canvas.current, width, height) : null;
    if (context) draw({ context, width, height });
  });
  const point = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
    if (width === 0 || height === 0) return;
    const part = (value: number) => Math.max(0, Math.min(0.999999, value));
    spot.value = {
      channel,
      u: part((event.clientX - left) / width),
      v: part((event.clientY - top) / height),
    };
  };
  return (
    <figure>
      <div
        class="nn-picture"
        style={{ aspectRatio: String(ratio) }}
        onPointerMove={point}
        onPointerDown={point}
      >
        <canvas ref={canvas} role="img" aria-label={caption} />
        {spot.value && <div class="nn-cell-frame" style={frameStyle(cellBox(spot.value, size))} />}
      </div>
      <figcaption class="nn-muted">{caption}</figcaption>
    </figure>
  );
}
