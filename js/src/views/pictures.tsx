/** The three pictures of a channel: the image, the channel over it, the channel alone. */

import { type Signal, useComputed } from "@preact/signals";
import { overPhoto, tableOf } from "../draw/colormap";
import { canvasOf } from "../draw/paint";
import { bilinear, type Plane } from "../draw/resample";
import { around, type Range, valueOfCode } from "../draw/scale";
import { coarseTile } from "../draw/tiles";
import type { Colormap, LayerPictures } from "../records";
import type { Store } from "../state";
import type { Spot } from "../view";
import { useScope } from "./context";
import { Frame, type Paper, photo, ratioOf } from "./pane";
import { usePicture } from "./picture";
import { Slot } from "./slot";

export interface Props {
  readonly channel: number;
  readonly pictures: LayerPictures;
  readonly spot: Signal<Spot | null>;
}

/** Longest side, in pixels, to which a map is brought before it is coloured. */
const FINEST = 720;

export function Pictures({ channel, pictures, spot }: Props) {
  const { store, view } = useScope();
  const { colormap } = store;
  const { _about, _picture, smooth, opacity } = store.traits;
  const image = usePicture(_picture);
  const plane = useComputed(() => planeOf(store));
  const range = useComputed(() => store.rangeOf(store.enlarged.value ?? 0));
  const frame = { ratio: ratioOf(_about.value), channel, size: pictures.size, spot };
  return (
    <>
      <Frame {...frame} label="image" seen draw={(to) => photo(to, image.value)}>
        <div class="nn-cut">
          image <Slot>{({ Sees }) => <Sees brief />}</Slot>
        </div>
      </Frame>
      <Frame
        {...frame}
        label="overlay"
        seen
        draw={(to) => {
          photo(to, image.value);
          const name = overPhoto(colormap.value);
          const scale = name === colormap.value ? range.value : around(range.value);
          const strength = view.dragged.value ?? opacity.value;
          drawMap(to, { plane: plane.value, range: scale, colormap: name, smooth: true, opacity: strength });
        }}
      />
      <Frame
        {...frame}
        label={pictures.side === "difference" ? "difference" : "activation"}
        draw={(to) =>
          drawMap(to, {
            plane: plane.value,
            range: range.value,
            colormap: colormap.value,
            smooth: smooth.value,
            opacity: 1,
          })
        }
      >
        {store.portions.value && "activation × its weight: its part of the map"}
      </Frame>
      <Slot>{({ PairFrames }) => <PairFrames {...{ channel, pictures, spot }} />}</Slot>
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

interface MapLook {
  readonly plane: Plane;
  readonly range: Range;
  readonly colormap: Colormap;
  readonly smooth: boolean;
  readonly opacity: number;
}

/** Values are interpolated before they become colours, so that no colour appears that stands for no value. */
export function drawMap({ context, width, height }: Paper, look: MapLook): void {
  const { plane } = look;
  const ratio = Math.min(globalThis.devicePixelRatio || 1, FINEST / Math.max(width, height));
  const shown = look.smooth ? bilinear(plane, Math.round(height * ratio), Math.round(width * ratio)) : plane;
  context.imageSmoothingEnabled = !look.smooth && plane.width > width * ratio;
  context.globalAlpha = look.opacity;
  context.drawImage(canvasOf(shown, tableOf(look.colormap), look.range), 0, 0, width, height);
  context.globalAlpha = 1;
}
