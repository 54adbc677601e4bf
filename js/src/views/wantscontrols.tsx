/** How far the pictures of what a channel wants are, and what becomes of them. */

import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { stepText } from "../draw/wantswords";
import { useScope } from "./context";
import { Small } from "./controls";
import { Muted } from "./muted";
import { turn } from "./wantsacts";
import type { Growth } from "./wantsstate";

export function WantsControls({ growth }: { readonly growth: Growth }) {
  return (
    <div class="nn-wantscontrols">
      <Progress growth={growth} />
      <Buttons growth={growth} />
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

function Buttons({ growth: { mine, whole, begun, changed } }: { readonly growth: Growth }) {
  const { store } = useScope();
  const growing = store.traits.growing.value;
  const disabled = !store.answering.value;
  const row = useRef<HTMLSpanElement>(null);
  useFocusWithin(row);
  return (
    <span ref={row} class="nn-wantsbuttons">
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
      {(growing || (mine && !whole)) && (
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

/** The button that was pressed may be gone: another one takes the focus, or keys would no longer come here. */
function useFocusWithin(row: RefObject<HTMLElement>): void {
  const { root } = useScope();
  const page = root.getRootNode() as Document | ShadowRoot;
  const isWithin = () => row.current?.contains(page.activeElement) ?? false;
  const held = isWithin();
  useLayoutEffect(() => {
    if (held && !isWithin()) row.current?.querySelector("button")?.focus({ preventScroll: true });
  });
}
