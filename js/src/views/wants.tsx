/** Tab "Wants" of the enlarged view: pictures made to drive the channel, growing while one watches. */

import { useSignal } from "@preact/signals";
import { Fragment } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Wants as Grown } from "../ascent";
import { KINDS, nameOf, pictureOf, scoreSentence } from "../draw/wantswords";
import type { LayerPictures } from "../records";
import { useScope } from "./context";
import { WantsControls } from "./wantscontrols";
import { Coming, WantsFigure } from "./wantspicture";
import { type Growth, growthOf, useWants } from "./wantsstate";

/** Milliseconds without any news after which a kernel that should let pictures grow counts as silent. */
const PATIENCE = 15_000;

const COLUMNS = [
  ["Fourier", "Decorrelated colours and frequencies, robust to small shifts, turns and scalings"],
  ["Pixels", "Plain gradient ascent on the pixels, held back by L2 and total variation"],
] as const;
const ROWS = [
  ["Wants", "What drives the channel's mean as high as it goes"],
  ["Dislikes", "What drives the channel's mean as low as it goes"],
] as const;

interface Props {
  readonly channel: number;
  readonly pictures: LayerPictures;
}

export function Wants({ channel, pictures }: Props) {
  const { store, view } = useScope();
  const { wants, problem } = useWants().value;
  const growth = growthOf(store, wants, channel, pictures);
  const pointed = useSignal<number | null>(null);
  useBeginning(channel, pictures, growth);
  usePatience();
  useSpace(growth);
  const { mine } = growth;
  const sentence = sentenceOf(mine, pointed.value);
  return (
    <>
      <WantsControls growth={growth} />
      <div class="nn-wantsgrid">
        {COLUMNS.map(([name, title]) => (
          <b key={name} class="nn-wantscolumn" title={title}>
            {name}
          </b>
        ))}
        {KINDS.map((kind, i) => {
          const picture = mine && pictureOf(mine, kind);
          const [row, title] = ROWS[kind.negative ? 1 : 0];
          const head = i % 2 === 0 && (
            <b class="nn-wantsrow" title={title}>
              {row}
            </b>
          );
          const size = mine?.size ?? [1, 1];
          return (
            <Fragment key={nameOf(kind)}>
              {head}
              {picture && picture.file.length > 0 ? (
                <WantsFigure
                  {...{ channel, picture, size }}
                  layer={pictures.layer}
                  beside={kind.negative ? null : (mine?.natural?.score ?? null)}
                  whole={picture.step >= (mine?.steps ?? 0)}
                  onPoint={(on) => {
                    if (on) pointed.value = i;
                    else if (pointed.peek() === i) pointed.value = null;
                  }}
                />
              ) : (
                <Coming ratio={size[1] / size[0]} />
              )}
            </Fragment>
          );
        })}
      </div>
      <div class="nn-wantsfoot" aria-live="off">
        <p>{(mine && scoreSentence(mine)) || "\u00a0"}</p>
        {mine?.left && <p class="nn-doubt">{mine.left}</p>}
        {problem && <p class="nn-doubt">{`The pictures could not be read: ${problem}`}</p>}
        <p class="nn-muted">{view.notice.value || sentence || "\u00a0"}</p>
      </div>
    </>
  );
}

/** How the picture that is pointed at was made, or the first one. */
function sentenceOf(mine: Grown | null, pointed: number | null): string {
  const kind = KINDS[pointed ?? 0];
  return (mine && kind && pictureOf(mine, kind)?.sentence) ?? "";
}

/** Let the pictures of a channel grow when it is first shown here, and rest when nobody looks. */
function useBeginning(channel: number, pictures: LayerPictures, { whole, changed }: Growth): void {
  const { store } = useScope();
  const { layer } = pictures;
  const begun = useRef("");
  const key = JSON.stringify([layer, channel]);
  // Of the layer that was picked last there are no pictures yet.
  const ready = store.answering.value && store.traits.layer.value === layer;
  useEffect(() => {
    if (!ready || begun.current === key) return;
    begun.current = key;
    if (!whole || changed) store.set({ growing: true });
  }, [key, ready, whole, changed, store]);
  useEffect(() => () => void (store.traits.growing.peek() && store.set({ growing: false })), [store]);
}

/** A kernel that is gone says nothing, nor does it say that it works. */
function usePatience(): void {
  const { store } = useScope();
  const { growing, status, _wants_header } = store.traits;
  const waits = growing.value && store.answering.value && status.value === "ready";
  const header = _wants_header.value;
  useEffect(() => {
    return waits ? store.expect(PATIENCE) : undefined;
  }, [waits, header, store]);
}

/** Space lets the pictures rest or grow on, wherever the focus is but in fields and on other buttons. */
function useSpace({ begun }: Growth): void {
  const { store, root } = useScope();
  useEffect(() => {
    const controller = new AbortController();
    const onKey = (event: KeyboardEvent) => {
      const { key, altKey, ctrlKey, metaKey, shiftKey, target } = event;
      if (key !== " " || altKey || ctrlKey || metaKey || shiftKey || !isFree(target)) return;
      const growing = store.traits.growing.peek();
      if (!growing && !begun) return;
      event.preventDefault();
      event.stopPropagation();
      if (store.answering.peek()) store.set({ growing: !growing });
    };
    root.addEventListener("keydown", onKey, { signal: controller.signal });
    return () => controller.abort();
  }, [begun, root, store]);
}

/** Whether Space has no other use there. */
function isFree(target: EventTarget | null): boolean {
  if (!(target instanceof Element) || !target.closest("[role=dialog]")) return false;
  return target.closest("input, select, textarea, button:not([role=tab])") === null;
}
