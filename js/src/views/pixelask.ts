/** Asking what in the image drives a channel, or one of its cells. */

import type { Cell } from "../draw/query";
import { type Unit, unitOf, unitText } from "../draw/unit";
import type { Store } from "../state";

/** The unit in question, if it is one of the channel that is enlarged. */
export function askedOf(store: Store): Unit | null {
  const unit = unitOf(store.traits.unit.value);
  const here = unit?.layer === store.pictures.value?.layer && unit?.channel === store.enlarged.value;
  return here && store.traits.cam.value ? unit : null;
}

/** Ask about the enlarged channel, or one of its cells. */
export function ask(store: Store, cell: Cell | null): void {
  store.set({ cam: true, ...unitChange(store, store.enlarged.value ?? 0, cell) });
}

export function unitChange(store: Store, channel: number, cell: Cell | null) {
  return { unit: unitText({ layer: store.pictures.value?.layer ?? "", channel, cell }) };
}
