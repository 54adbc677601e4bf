/** Pictures of other layers, fetched while nothing else happens: whoever picks one finds it there. */

import { effect } from "@preact/signals";
import { placeOf } from "./draw/query";
import type { LayerInfo, LayerPictures } from "./records";
import type { Sync } from "./sync";
import { layerOf } from "./wire";

/** Milliseconds of rest before anything is fetched that nobody asked for, and between one such layer and the next. */
const REST = 120;
const PAUSE = 40;

/** From the layer that is shown outward, fetch the others while there is room; until `until` aborts. */
export function fetchAhead(sync: Sync, until: AbortSignal): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let controller = new AbortController();
  const callOff = () => {
    clearTimeout(timer);
    controller.abort();
  };
  const stop = effect(() => {
    const about = sync.pictures.value;
    const layers = sync.traits.layers.value;
    callOff();
    if (!about || !sync.answering.value) return;
    const place = placeOf(layers, about.layer);
    const order = nearestFirst(layers, place);
    controller = new AbortController();
    const { signal } = controller;
    timer = setTimeout(() => void fetchAll(sync, order, about, signal), REST);
  });
  until.addEventListener("abort", callOff, { once: true });
  until.addEventListener("abort", stop, { once: true });
}

/** The next layer, the one before, the one after the next … */
function nearestFirst(layers: readonly LayerInfo[], place: number): LayerInfo[] {
  const outward = layers.flatMap((_, step) => [layers[place + step + 1], layers[place - step - 1]]);
  return outward.filter((layer) => layer !== undefined);
}

async function fetchAll(
  sync: Sync,
  layers: readonly LayerInfo[],
  { epoch, side }: LayerPictures,
  signal: AbortSignal,
): Promise<void> {
  for (const { name } of layers) {
    if (sync.keeps(name, epoch)) continue;
    if (signal.aborted || sync.full()) return;
    try {
      const packet = await sync.request({ what: "coarse", epoch, layer: name, channels: [] }, signal);
      // The same state shows the same side.
      sync.keep({ ...layerOf(packet), side });
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    } catch {
      return; // called off, or not at hand in the kernel: it comes when it is picked
    }
  }
}
