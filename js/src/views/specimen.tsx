/** Left column: the image with the map over it, and what the network makes of it. */

import { useComputed } from "@preact/signals";
import { percent } from "../draw/number";
import { Classes } from "./classes";
import { useScope } from "./context";
import { Choice, Slider } from "./controls";
import { InputImage } from "./inputimage";
import { MapScale } from "./mapscale";
import { MapSwitch } from "./mapswitch";
import { Slot } from "./slot";

export function Specimen() {
  const { store, view } = useScope();
  const { _original, _about } = store.traits;
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || store.traits.progress.value === null) return;
    event.stopPropagation();
    store.stop();
  };
  const hasOriginal = useComputed(() => _original.value.byteLength > 0 && Boolean(_about.value.crop));
  return (
    <section class="nn-specimen" aria-label="Image" onKeyDown={onKey}>
      <div class="nn-look">
        <div class="nn-both">
          <InputImage />
          <Slot>{({ Companion }) => <Companion />}</Slot>
        </div>
        <Slot>{({ ImageTools }) => <ImageTools />}</Slot>
        {/* Below: it comes with the first change, and must not move the image from under the hand. */}
        <Slot>{({ Sides }) => <Sides />}</Slot>
        <Slot>{({ Specimens }) => <Specimens />}</Slot>
        <MapScale />
        <Slot>{({ HeldMap }) => <HeldMap />}</Slot>
        <Slot>{({ Asker }) => <Asker />}</Slot>
        {hasOriginal.value && (
          <Choice
            label="Shown"
            words={["network input", "original"]}
            value={view.original.value ? "original" : "network input"}
            onChange={(word) => {
              view.original.value = word === "original";
            }}
          />
        )}
      </div>
      <div class="nn-explain">
        <MapSwitch />
        {store.explains.value && (
          <>
            <div class="nn-map-row">
              <Opacity />
              <Choice
                label="Draw"
                words={["heat", "contours"]}
                value={store.traits.contours.value ? "contours" : "heat"}
                onChange={(word) => store.set({ contours: word === "contours" })}
              />
            </div>
            <Slot>{({ Explain }) => <Explain />}</Slot>
          </>
        )}
        <Classes />
        <Slot>{({ More }) => <More />}</Slot>
      </div>
    </section>
  );
}

/** Strength of what lies over the image; the trait is written when the slider is let go. */
export function Opacity() {
  const { store, view } = useScope();
  return (
    <Slider
      label="Opacity"
      word="opacity"
      min={0}
      max={1}
      step={0.01}
      value={store.traits.opacity.value}
      dragged={view.dragged}
      text={(opacity) => percent(opacity, 0)}
      onChange={(opacity) => store.set({ opacity })}
    />
  );
}
