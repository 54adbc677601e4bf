/** To a channel of any layer. */

import { effect, untracked } from "@preact/signals";
import type { Store } from "../state";

/** Show a layer and enlarge one of its channels, once its pictures are there. */
export function goTo(store: Store, layer: string, channel: number): void {
  store.set({ layer, view: "channels", channel: null });
  const stop = effect(() => {
    const wanted = store.traits.layer.value === layer;
    // Until then a channel would be one of the layer that is still shown.
    const there = store.pictures.value?.layer === layer;
    if (wanted && there) untracked(() => store.set({ channel }));
    if (there || !wanted) queueMicrotask(() => stop());
  });
}
