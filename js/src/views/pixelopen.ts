/** Turning to the pixels that drive the enlarged channel. */

import type { Store } from "../state";
import type { ViewState } from "../view";
import { methodChange } from "./method";
import { askedOf, unitChange } from "./pixelask";

/** Turn to the pixels, by a method that is at home there; what was asked before is kept for the way back. */
export function openPixels(store: Store, view: ViewState): void {
  const { unit, method, map_style, cam, _methods } = store.traits;
  const guided = _methods.value.some(({ key }) => key === "guided_backprop");
  const fitting = guided ? "guided_backprop" : "gradient";
  if (unit.value === "")
    view.before.value = { method: method.value, map_style: map_style.value, cam: cam.value };
  store.set({
    cam: true,
    ...methodChange(store, store.method.value?.at === "pixels" ? method.value : fitting),
    ...unitChange(store, store.enlarged.value ?? 0, askedOf(store)?.cell ?? null),
  });
}
