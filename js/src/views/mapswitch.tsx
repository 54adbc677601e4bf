/** Whether there is a map, and how it is made. */

import { useScope } from "./context";

/** The switch, and the menu of methods: its words are the switch's too. */
export function MapSwitch() {
  const { store } = useScope();
  const { cam } = store.traits;
  const tools = store.tools.part.value;
  const able = store.explains.value;
  const why = "Needs class scores; pass target=callable in Python.";
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
        </button>
        {tools ? <tools.MethodSelect /> : <b>{store.method.value?.label}</b>}
      </div>
      {!able && <p class="nn-muted nn-why">{why}</p>}
    </>
  );
}
