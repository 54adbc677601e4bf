/** How far the pictures of what a channel wants are, and what becomes of them. */

import { stepText } from "../draw/wantswords";
import { useScope } from "./context";
import { Small } from "./controls";
import { Muted } from "./muted";
import { NumberField } from "./numberfield";
import { reseed, turn } from "./wantsacts";
import type { Growth } from "./wantsstate";

export function WantsControls({ growth }: { readonly growth: Growth }) {
  return (
    <div class="nn-wantscontrols">
      <Progress growth={growth} />
      <Buttons growth={growth} />
      <Settings />
    </div>
  );
}

function Progress({ growth }: { readonly growth: Growth }) {
  const { store } = useScope();
  const done = growth.mine?.done ?? 0;
  const words = progressText(growth, store.traits.growing.value);
  return (
    <span class="nn-wantsprogress">
      <span
        class="nn-wantsbar"
        role="progressbar"
        aria-label="Gradient ascent"
        aria-valuemin={0}
        aria-valuemax={1}
        aria-valuenow={done}
        aria-valuetext={words}
      >
        <i style={{ width: `${100 * Math.min(1, done)}%` }} />
      </span>
      <Muted>{words}</Muted>
    </span>
  );
}

function progressText({ mine, whole }: Growth, growing: boolean): string {
  if (!mine) return growing ? "beginning …" : "nothing has grown yet";
  if (whole && !growing) return `${mine.steps} steps each`;
  return growing ? stepText(mine) : `paused at ${stepText(mine)}`;
}

function Buttons({ growth: { mine, whole, changed } }: { readonly growth: Growth }) {
  const { store } = useScope();
  const growing = store.traits.growing.value;
  const disabled = !store.answering.value;
  const begun = mine !== null && !whole;
  return (
    <span class="nn-wantsbuttons">
      {growing ? (
        <Small {...{ disabled }} title="Let them rest (Space)" onClick={() => store.set({ growing: false })}>
          Pause
        </Small>
      ) : (
        begun && (
          <Small
            {...{ disabled }}
            title="Let them grow on (Space)"
            onClick={() => store.set({ growing: true })}
          >
            Continue
          </Small>
        )
      )}
      {(growing || begun) && (
        <Small {...{ disabled }} title="Throw away what has grown" onClick={() => turn(store, "cancel")}>
          Cancel
        </Small>
      )}
      {whole && !growing && (
        <Small
          {...{ disabled }}
          title={`${store.traits.wants_steps.value} more steps of each`}
          onClick={() => turn(store, "more")}
        >
          More steps
        </Small>
      )}
      {(changed || (!mine && !growing)) && (
        <Small {...{ disabled }} title="Begin anew with these settings" onClick={() => turn(store, "again")}>
          Start again
        </Small>
      )}
    </span>
  );
}

function Settings() {
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
