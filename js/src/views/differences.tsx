/** What differs between this and the other: every layer by its change, and the channels of one. */

import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { Differences as Found } from "../compared";
import { RANKINGS, type RankedBy, ranked } from "../draw/pairs";
import { useAnswer } from "./answer";
import { useScope } from "./context";
import { Choice } from "./controls";
import { LayerChanges } from "./layerchanges";
import { Muted } from "./muted";
import { PairGrid } from "./pairgrid";
import { Failure, Waiting } from "./room";
import { inOrder, namesIn } from "./sides";

/** Under which name the order is kept for when the view is opened again. */
const KEPT = "differences";

export function Differences() {
  const { store } = useScope();
  const layer = store.pictures.value?.layer;
  const answer = useAnswer("differences", layer === undefined ? null : { layer });
  const { value, stale, problem, retry } = answer;
  if (problem) return <Failure sentence={problem} again={retry} />;
  if (!value) return <Waiting>Comparing …</Waiting>;
  return <Compared found={value} stale={stale} />;
}

function Compared({ found, stale }: { readonly found: Found; readonly stale: boolean }) {
  const { store, view } = useScope();
  const by = useSignal((view.rooms.get(KEPT) as RankedBy | undefined) ?? "change");
  const order = useMemo(() => ranked(found, by.value), [found, by.value]);
  const pictures = store.pictures.value;
  const [one, another] = inOrder(store, namesIn(store));
  const sentence = found.layers.find(({ name }) => name === found.layer)?.sentence;
  return (
    <div class={stale ? "nn-compared nn-stale" : "nn-compared"}>
      <LayerChanges found={found} />
      <div class="nn-toolbar">
        <Choice
          label="Order"
          title="The most changed first, the least correlated first, or as they are numbered"
          words={RANKINGS}
          value={by.value}
          onChange={(word) => {
            by.value = word;
            view.rooms.set(KEPT, word);
          }}
        >
          by
        </Choice>
        <Muted
          class="nn-muted nn-pairlegend"
          title="Below: the channel, its change, r: the correlation of the two, and their means"
        >
          {`each: ${one} · ${another} · difference, ${store.held.value ? "on the scale held" : "on a scale of its own"}`}
        </Muted>
      </div>
      {sentence ? (
        <p class="nn-muted nn-why">{sentence}</p>
      ) : (
        pictures?.layer === found.layer && <PairGrid {...{ found, pictures, order }} />
      )}
    </div>
  );
}
