/** The image as the network saw it, or the original with what the network saw framed; the map lies over either. */

import { type ReadonlySignal, useComputed } from "@preact/signals";
import { overlayOf } from "../draw/heat";
import { type Crop, cellBox, frameStyle, WHOLE, within } from "./cellbox";
import { useScope } from "./context";
import { Part } from "./mapscale";
import { FieldFrame, type Paper, photo, ratioOf, Sheet } from "./pane";
import { usePicture } from "./picture";
import { Slot } from "./slot";

export function InputImage() {
  const { store, view } = useScope();
  const { _about, _picture, _original, cam, contours } = store.traits;
  const input = usePicture(_picture);
  const original = usePicture(_original);
  const whole = useComputed(() => view.original.value && original.value !== null);
  const crop = useComputed<Crop>(() => (whole.value && _about.value.crop) || WHOLE);
  const overlay = useComputed(() => store.laid.value && overlayOf(store.laid.value, contours.value));
  const strength = useStrength();

  const draw = (to: Paper) => {
    photo(to, whole.value ? original.value : input.value);
    const [left, top, right, bottom] = crop.value;
    const box = { left: left * to.width, top: top * to.height };
    const sides = { width: (right - left) * to.width, height: (bottom - top) * to.height };
    overlay.value?.(to.context, { ...box, ...sides }, strength.value);
  };

  const shape = whole.value && original.value ? original.value : input.value;
  const ratio = shape ? shape.width / shape.height : ratioOf(_about.value);
  const label = whole.value ? "The original image" : "The image as the network saw it";
  return (
    <div
      class="nn-image"
      style={{ aspectRatio: String(ratio) }}
      {...store.tools.part.value?.askerProps(store, crop.value)}
    >
      <Sheet label={cam.value ? `${label}, under the map` : label} draw={draw} />
      {whole.value && <div class="nn-crop" style={frameStyle(crop.value)} title="What the network saw" />}
      <Slot>{({ AskerFrame }) => <AskerFrame crop={crop.value} />}</Slot>
      <Part />
      <Marker crop={crop.value} />
      <Slot>{({ ImageLayer }) => <ImageLayer crop={crop.value} />}</Slot>
    </div>
  );
}

/** Opacity of the map; one that another will replace is shown at half strength. */
export function useStrength(): ReadonlySignal<number> {
  const { store, view } = useScope();
  return useComputed(
    () => (view.dragged.value ?? store.traits.opacity.value) * (store.fading.value ? 0.5 : 1),
  );
}

/** The cell under the pointer, at its place on the image. */
export function Marker({ crop }: { crop: Crop }) {
  const { store, view } = useScope();
  const spot = view.hover.value;
  const size = store.pictures.value?.size;
  if (!spot || !size) return null;
  return (
    <>
      <FieldFrame spot={spot} crop={crop} />
      <div class="nn-cell-frame" style={frameStyle(within(crop, cellBox(spot, size)))} />
    </>
  );
}
