/** What the kernel sent of what the enlarged channel wants, and whether it is what is asked for now. */

import { type ReadonlySignal, useComputed } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { Wants } from "../ascent";
import { sentenceOf } from "../problem";
import type { LayerPictures } from "../records";
import type { Store } from "../state";
import { useScope } from "./context";

/** The smallest size at which pictures are made unless one is asked for, in pixels. */
const OWN_SIZE = 128;

interface Read {
  readonly wants: Wants | null;
  /** Why the newest packet could not be read, or "". */
  readonly problem: string;
}

/** The last packet that could be read. */
export function useWants(): ReadonlySignal<Read> {
  const { store } = useScope();
  const last = useMemo(() => ({ wants: null as Wants | null }), []);
  return useComputed(() => {
    const header = store.traits._wants_header.value;
    const body = store.traits._wants.value;
    try {
      const there = Object.keys(header).length > 0;
      last.wants = there ? (store.wanting.part.value?.readWants(header, body) ?? null) : null;
      return { wants: last.wants, problem: "" };
    } catch (reason) {
      return { wants: last.wants, problem: sentenceOf(reason) };
    }
  });
}

export interface Growth {
  /** The pictures of this channel; `null` while there are none. */
  readonly mine: Wants | null;
  readonly whole: boolean;
  /** Whether they have begun, and can grow on: not those that were made with other settings. */
  readonly begun: boolean;
  /** Whether they were made with other settings, or of another state of the network. */
  readonly changed: boolean;
}

/** What there is of a channel. */
export function growthOf(
  store: Store,
  wants: Wants | null,
  channel: number,
  pictures: LayerPictures,
): Growth {
  const mine = wants?.layer === pictures.layer && wants.channel === channel ? wants : null;
  if (!mine) return { mine, whole: false, begun: false, changed: false };
  const whole = mine.done >= 1;
  const asSet = isAsSet(store, mine);
  return { mine, whole, begun: !whole && asSet, changed: !asSet || mine.epoch !== pictures.epoch };
}

function isAsSet({ traits }: Store, { size, steps, seed }: Wants): boolean {
  const asked = traits.wants_steps.value;
  // Steps may have been added to those that were asked for.
  return seed === traits.wants_seed.value && steps % asked === 0 && isOfSize(size, traits);
}

function isOfSize(size: Wants["size"], { wants_size, _about }: Store["traits"]): boolean {
  const wanted = wants_size.value;
  const [, ...own] = _about.value.input ?? [];
  if (String(size) === String(own)) return true; // the network may take no other
  return wanted === 0 ? Math.max(...size) <= OWN_SIZE : size.every((side) => side === wanted);
}
