/** The image as the network saw it, or the original with what the network saw framed; the map lies over either. */

import { useComputed, useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { tableOf } from "../draw/colormap";
import { canvasOf, fitToScreen } from "../draw/paint";
import { bilinear, heat } from "../draw/resample";
import type { HeatMap } from "../records";
import { AskerFrame, askerProps } from "./asker";
import { type Crop, cellBox, frameStyle, WHOLE, within } from "./cellbox";
import { useScope } from "./context";
import { type Picture, usePicture } from "./picture";
import { useSize } from "./size";

/** Side of the grid to which maps are brought before they are coloured. */
const FINE = 224;

export function InputImage() {
  const { store, view } = useScope();
  const { _about, _picture, _original, cam } = store.traits;
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(canvas);
  const input = usePicture(_picture);
  const original = usePicture(_original);
  const whole = useComputed(() => view.original.value && original.value !== null);
  const crop = useComputed<Crop>(() => (whole.value && _about.value.crop) || WHOLE);
  const coloured = useComputed(() => (store.map.value && cam.value ? colour(store.map.value) : null));
  const strength = useComputed(() => {
    // A map that another will replace is shown at half strength.
    const old = store.late.value === "map" || store.late.value === "layer";
    return (view.dragged.value ?? store.traits.opacity.value) * (old ? 0.5 : 1);
  });

  useSignalEffect(() => {
    const { width, height } = size.value;
    const context = canvas.current && width > 0 ? fitToScreen(canvas.current, width, height) : null;
    if (!context) return;
    draw(context, { width, height }, whole.value ? original.value : input.value);
    if (coloured.value) lay(context, { width, height }, coloured.value, crop.value, strength.value);
  });

  const shape = whole.value && original.value ? original.value : input.value;
  const [, rows = 1, columns = 1] = _about.value.input ?? [];
  const ratio = shape ? shape.width / shape.height : columns / rows;
  const label = whole.value ? "The original image" : "The image as the network saw it";
  return (
    <div class="nn-image" style={{ aspectRatio: String(ratio) }} {...askerProps(store, crop.value)}>
      <canvas ref={canvas} role="img" aria-label={cam.value ? `${label}, under the map` : label} />
      {whole.value && <div class="nn-crop" style={frameStyle(crop.value)} title="What the network saw" />}
      <AskerFrame crop={crop.value} />
      <Marker crop={crop.value} />
    </div>
  );
}

/** The cell under the pointer, at its place on the image. */
function Marker({ crop }: { crop: Crop }) {
  const { store, view } = useScope();
  const spot = view.hover.value;
  const size = store.pictures.value?.size;
  if (!spot || !size) return null;
  return <div class="nn-cell-frame" style={frameStyle(within(crop, cellBox(spot, size)))} />;
}

function draw(
  context: CanvasRenderingContext2D,
  area: { width: number; height: number },
  picture: Picture | null,
) {
  context.clearRect(0, 0, area.width, area.height);
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "high";
  if (picture) context.drawImage(picture, 0, 0, area.width, area.height);
}

function lay(
  context: CanvasRenderingContext2D,
  { width, height }: { width: number; height: number },
  map: HTMLCanvasElement,
  [left, top, right, bottom]: Crop,
  opacity: number,
) {
  context.globalAlpha = opacity;
  context.drawImage(map, left * width, top * height, (right - left) * width, (bottom - top) * height);
  context.globalAlpha = 1;
}

function colour(map: HeatMap): HTMLCanvasElement {
  const plane = heat({ height: map.size[0], width: map.size[1], values: map.raw });
  const scale = Math.max(1, FINE / Math.max(...map.size));
  const fine = bilinear(plane, Math.round(map.size[0] * scale), Math.round(map.size[1] * scale));
  return canvasOf(fine, tableOf("magma"), { lo: 0, hi: 1 });
}
