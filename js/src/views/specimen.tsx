/** Left column: the image with the map over it, and what the network makes of it. */

import { useComputed } from "@preact/signals";
import { Asker } from "./asker";
import { Classes } from "./classes";
import { useScope } from "./context";
import { Either, Select, Slider } from "./controls";
import { InputImage } from "./inputimage";

/** Names of the methods; the values are keys of the registry in Python. */
const METHODS: readonly { value: string; text: string }[] = [{ value: "gradcam", text: "Grad-CAM" }];

export function Specimen() {
  const { store, view } = useScope();
  const { _original, _about } = store.traits;
  const hasOriginal = useComputed(() => _original.value.byteLength > 0 && Boolean(_about.value.crop));
  return (
    <section class="nn-specimen" aria-label="Image">
      <div class="nn-look">
        <InputImage />
        <Asker />
        {hasOriginal.value && (
          <Either
            label=""
            words={["network input", "original"]}
            second={view.original.value}
            onChange={(second) => {
              view.original.value = second;
            }}
          />
        )}
      </div>
      <div class="nn-explain">
        <MapSwitch />
        <Classes />
      </div>
    </section>
  );
}

function MapSwitch() {
  const { store } = useScope();
  const { cam, method } = store.traits;
  const able = store.explains.value;
  const why = "Needs class scores; pass target=callable in Python.";
  const methods = METHODS.some(({ value }) => value === method.value)
    ? METHODS
    : [...METHODS, { value: method.value, text: method.value }];
  return (
    <>
      <div class="nn-map-row">
        <button
          type="button"
          role="switch"
          class="nn-switch"
          aria-checked={cam.value && able}
          aria-label="Grad-CAM"
          disabled={!able}
          title={able ? "Show what in the image drives the class" : why}
          onClick={() => store.set({ cam: !cam.value })}
        >
          <span class="nn-knob" aria-hidden="true" />
          Grad-CAM
        </button>
        <Opacity />
      </div>
      {able ? (
        <Select
          label="Method"
          options={methods}
          value={method.value}
          onChange={(value) => store.set({ method: value })}
        />
      ) : (
        <p class="nn-muted nn-why">{why}</p>
      )}
    </>
  );
}

/** Strength of what lies over the image; the trait is written when the slider is let go. */
export function Opacity() {
  const { store, view } = useScope();
  const value = view.dragged.value ?? store.traits.opacity.value;
  return (
    <span class="nn-labelled">
      <span class="nn-muted" aria-hidden="true">
        opacity
      </span>
      <Slider
        label="Opacity"
        min={0}
        max={1}
        step={0.01}
        value={value}
        text={`${Math.round(value * 100)} %`}
        onDrag={(opacity) => {
          view.dragged.value = opacity;
        }}
        onChange={(opacity) => {
          store.set({ opacity });
          view.dragged.value = null;
        }}
      />
    </span>
  );
}
