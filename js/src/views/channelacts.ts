/** What can be done to a channel: silence it, silence all others, hold it in sight. */

import { has, only, silenceOf, toggle } from "../draw/silence";
import { unitText } from "../draw/unit";
import type { Store } from "../state";
import type { ViewState } from "../view";
import { tell } from "./tell";

/** How many channels can be held in sight. */
export const MOST_PINS = 12;

/** Whether the channels of the layer shown can be silenced: nobody hands on an attention map. */
export function canSilence(store: Store): boolean {
  return store.shown.value !== null && !store.shown.value.asked;
}

export function isSilenced(store: Store, channel: number): boolean {
  const layer = store.pictures.value?.layer ?? "";
  return has(silenceOf(store.traits.silence.value), layer, channel);
}

/** Silence a channel, or bring it back; `others` does so with all but it. */
export function silence(store: Store, view: ViewState, channel: number, others: boolean): void {
  const pictures = store.pictures.value;
  if (!pictures) return;
  if (!canSilence(store)) {
    tell(view, "The channels of an attention map cannot be silenced.");
    return;
  }
  const { layer, channels } = pictures;
  const before = store.traits.silence.value;
  const next = others ? only(before, layer, channel, channels) : toggle(before, layer, channel, channels);
  store.set({ silence: next });
  const quiet = has(silenceOf(next), layer, others ? (channel === 0 ? 1 : 0) : channel);
  view.said.value = `${others ? `All but channel ${channel}` : `Channel ${channel}`} ${quiet ? "silenced" : "brought back"}`;
}

/** The name by which a channel of the layer shown is pinned. */
export function unitFor(store: Store, channel: number): string {
  return unitText({ layer: store.pictures.value?.layer ?? "", channel, cell: null });
}

export function isPinned(store: Store, channel: number): boolean {
  return store.traits.pins.value.includes(unitFor(store, channel));
}

/** Hold a channel in sight, or let it go. */
export function pin(store: Store, view: ViewState, unit: string): void {
  const pins = store.traits.pins.value;
  const others = pins.filter((other) => other !== unit);
  const held = others.length < pins.length;
  if (!held && pins.length >= MOST_PINS) {
    tell(view, `At most ${MOST_PINS} channels can be pinned.`);
    return;
  }
  store.set({ pins: held ? others : [...pins, unit] });
  view.said.value = `${unit} ${held ? "unpinned" : "pinned"}`;
}

/** Do to a channel what a key says: `x`, Shift and `x`, `p`; returns whether it said anything. */
export function act(event: KeyboardEvent, store: Store, view: ViewState, channel: number | null): boolean {
  if (channel === null || event.ctrlKey || isTyped(event.target)) return false;
  const key = event.key.toLowerCase();
  if (key === "x") silence(store, view, channel, event.shiftKey);
  else if (key === "p") pin(store, view, unitFor(store, channel));
  else return false;
  return true;
}

/** Whether keys have another meaning there. */
function isTyped(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, select, textarea") !== null;
}
