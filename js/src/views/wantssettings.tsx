/** How the pictures of what a channel wants are made: beside the tabs, as the settings of the other tabs are. */

import { useScope } from "./context";
import { NumberField } from "./numberfield";
import { reseed } from "./wantsacts";

export function WantsSettings() {
  const { store } = useScope();
  const { wants_steps, wants_size, wants_seed } = store.traits;
  return (
    <span class="nn-wantssettings">
      <NumberField
        label="Steps"
        title="Steps of gradient ascent of each picture, 1 to 4096"
        value={wants_steps.value}
        min={1}
        max={4096}
        onChange={(steps) => store.set({ wants_steps: steps })}
      />
      <NumberField
        label="Size"
        title="Height and width in pixels, 16 to 1024; empty: 128, or the network's own where it is smaller or takes no other"
        value={wants_size.value}
        min={16}
        max={1024}
        none="auto"
        onChange={(size) => store.set({ wants_size: size })}
      />
      <NumberField
        label="Seed"
        title="Seed of the noise they begin with, and of the random transformations"
        value={wants_seed.value}
        min={0}
        max={2 ** 31 - 1}
        onChange={(seed) => store.set({ wants_seed: seed })}
      />
      <button
        type="button"
        class="nn-button"
        aria-label="Another seed"
        title="Begin anew from another seed"
        disabled={!store.answering.value}
        onClick={() => reseed(store)}
      >
        <svg class="nn-icon" viewBox="0 0 16 16" aria-hidden="true">
          <path d="M3 3h10v10H3ZM5.6 5.6v.01M10.4 5.6v.01M8 8v.01M5.6 10.4v.01M10.4 10.4v.01" />
        </svg>
      </button>
    </span>
  );
}
