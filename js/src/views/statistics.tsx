/** Room "Statistics": histograms of a layer or of one of its channels, beside those that were kept. */

import { useSignal } from "@preact/signals";
import type { Explained, Statistics as Found, Histogram, Kept } from "../findings";
import type { LayerInfo } from "../records";
import type { Store } from "../state";
import type { ViewState } from "../view";
import { useAnswer } from "./answer";
import { useScope } from "./context";
import { Choice, Small } from "./controls";
import { Either } from "./either";
import { HistogramCard } from "./histogramcard";
import { IconButton } from "./icons";
import { useKeptTab } from "./kepttab";
import { Muted } from "./muted";
import { Failure, Waiting } from "./room";

export function Statistics() {
  useKeptTab();
  const { store, view } = useScope();
  const layer = store.shown.value;
  const single = useSignal(false);
  const log = useSignal(false);
  const channel = single.value ? lookedAt(store, view) : null;
  const answer = useAnswer("statistics", layer && { ...aboutOf(layer, channel), of: explained(store) });
  const { value, stale, problem, retry } = answer;
  if (!layer) return null;
  return (
    <div class="nn-room">
      <div class="nn-toolbar">
        <Whose single={single.value} onChange={(word) => (single.value = word)} />
        <Either
          named
          label="Counts"
          title="How the height of a bar grows with its count"
          words={["linear", "log"]}
          on={log}
        />
        <Keep found={value} />
      </div>
      {problem && <Failure sentence={problem} again={retry} />}
      {!value && !problem && <Waiting>Counting …</Waiting>}
      {value && <Cards found={value} stale={stale} log={log.value} />}
    </div>
  );
}

function aboutOf({ name }: LayerInfo, channel: number | null) {
  return { layer: name, channels: channel === null ? [] : [channel] };
}

/** What the gradients are of: another class or unit has others. */
function explained({ traits, target }: Store): Explained {
  return { target: target.value, versus: traits.versus.value, unit: traits.unit.value };
}

/** The channel that is enlarged, or was looked at last. */
function lookedAt(store: Store, view: ViewState): number {
  return store.enlarged.value ?? store.order.value[view.focus.value] ?? 0;
}

interface WhoseProps {
  readonly single: boolean;
  readonly onChange: (single: boolean) => void;
}

/** The whole layer, or one channel and the ways to its neighbours in the order of the grid. */
function Whose({ single, onChange }: WhoseProps) {
  const { store, view } = useScope();
  const channel = lookedAt(store, view);
  const order = store.order.value;
  const place = order.indexOf(channel);
  const go = (by: number) => {
    view.focus.value = place + by;
    onChange(true);
  };
  return (
    <span class="nn-whose">
      <Choice
        label="Of"
        words={["whole layer", `channel ${channel}`]}
        value={single ? `channel ${channel}` : "whole layer"}
        onChange={(word) => onChange(word !== "whole layer")}
      >
        Of
      </Choice>
      <IconButton icon="back" label="Previous channel" disabled={place <= 0} onClick={() => go(-1)} />
      <IconButton
        icon="next"
        label="Next channel"
        disabled={place < 0 || place >= order.length - 1}
        onClick={() => go(1)}
      />
    </span>
  );
}

/** Keep what is shown, to compare others with it. */
function Keep({ found }: { readonly found: Found | null }) {
  const { store, view } = useScope();
  return view.kept.value ? (
    <Small class="nn-small nn-keep" title="Take the outlines away" onClick={() => (view.kept.value = null)}>
      Let go
    </Small>
  ) : (
    <Small
      class="nn-small nn-keep"
      title="Keep these histograms as outlines, to compare another layer, channel or image with them"
      disabled={!found}
      onClick={() => {
        if (found) view.kept.value = { words: wordsOf(store, found), rows: found.rows };
      }}
    >
      Keep
    </Small>
  );
}

/** `EfficientNet-Lite0 · chelsea · _conv_stem · channel 3`. */
function wordsOf({ traits }: Store, { layer, channel }: Found): string {
  const { model, image } = traits._about.value;
  return [model, image, layer, channel === null ? "whole layer" : `channel ${channel}`]
    .filter(Boolean)
    .join(" · ");
}

function Cards({
  found,
  stale,
  log,
}: {
  readonly found: Found;
  readonly stale: boolean;
  readonly log: boolean;
}) {
  const { store, view } = useScope();
  const kept = view.kept.value;
  return (
    <div class={stale ? "nn-stale" : undefined}>
      {kept && <Legend now={wordsOf(store, found)} kept={kept} />}
      <div class="nn-histograms">
        {found.rows.map((now) => (
          <HistogramCard key={now.kind} now={now} kept={rowOf(kept, now.kind)} log={log} />
        ))}
      </div>
      {found.missing.map((sentence) => (
        <p key={sentence} class="nn-missing">
          <Muted>{sentence}</Muted>
        </p>
      ))}
    </div>
  );
}

function rowOf(kept: Kept | null, kind: Histogram["kind"]): Histogram | null {
  return kept?.rows.find((row) => row.kind === kind) ?? null;
}

function Legend({ now, kept }: { readonly now: string; readonly kept: Kept }) {
  return (
    <p class="nn-histogramlegend">
      <span>
        <i class="nn-nowmark" /> {now}
      </span>
      <span title="Drawn as if it held as many values">
        <i class="nn-keptmark" /> {`kept: ${kept.words}`}
      </span>
    </p>
  );
}
