/** Pictures of the layers beside the one that is shown, fetched while nothing else happens: a step finds them there. */

import { effect } from "@preact/signals";
import type { LayerInfo } from "./records";
import type { Sync } from "./sync";
import { layerOf } from "./wire";

/** Milliseconds of rest before anything is fetched that nobody asked for. */
const REST = 120;

/** Fetch the next layer, then the one before, whenever a layer is shown; until `until` aborts. */
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
    const place = layers.findIndex(({ name }) => name === about.layer);
    const beside = [layers[place + 1], layers[place - 1]].filter((layer) => layer !== undefined);
    controller = new AbortController();
    const { signal } = controller;
    timer = setTimeout(() => void fetchAll(sync, beside, about.epoch, signal), REST);
  });
  until.addEventListener("abort", callOff, { once: true });
  until.addEventListener("abort", stop, { once: true });
}

async function fetchAll(
  sync: Sync,
  layers: readonly LayerInfo[],
  epoch: number,
  signal: AbortSignal,
): Promise<void> {
  for (const { name } of layers) {
    if (sync.keeps(name, epoch)) continue;
    try {
      sync.keep(layerOf(await sync.request({ level: "coarse", epoch, layer: name, channels: [] }, signal)));
    } catch {
      return; // called off, or not at hand in the kernel: it comes when it is picked
    }
  }
}
