/** What is silenced, what it holds, and what becomes of the score. */

import { format } from "../draw/number";
import { placeOf } from "../draw/query";
import { countOf, type Silence, silenceOf } from "../draw/silence";
import type { Fill, LayerInfo, Prediction } from "../records";
import type { Store } from "../state";
import { useScope } from "./context";
import { Choice, Small } from "./controls";
import { signed } from "./ranking";

const FILLS = { zero: "zero", mean: "their mean", other: "the other's" } as const satisfies Record<
  Fill,
  string
>;
type Word = (typeof FILLS)[Fill];

export function Silenced() {
  const { store } = useScope();
  const { silence, fill, layers, _other } = store.traits;
  const found = silenceOf(silence.value);
  if (!found) return null;
  const layer = layers.value[placeOf(layers.value, found.layer)];
  const able = (Object.keys(FILLS) as Fill[]).filter(
    (key) => key !== "other" || key === fill.value || _other.value.kind === "specimen",
  );
  return (
    <div class="nn-line nn-silenced" role="group" aria-label="Silenced channels">
      <span title={listed(found.channels)}>{wordsOf(found, layer)}</span>
      <Choice<Word>
        label="Hold"
        title="What a silenced channel holds in place of its values"
        words={able.map((key) => FILLS[key])}
        value={FILLS[fill.value]}
        onChange={(word) => store.set({ fill: able.find((key) => FILLS[key] === word) ?? "zero" })}
      >
        hold
      </Choice>
      <ScoreChange />
      <Small onClick={() => store.set({ silence: "" })}>Bring back</Small>
    </div>
  );
}

/** How many channels are named where one asks which they are. */
const LISTED = 40;

function listed(channels: readonly number[]): string {
  const more = channels.length - LISTED;
  return channels.slice(0, LISTED).join(", ") + (more > 0 ? `, and ${more} more` : "");
}

/** `2 of 512 channels of layer4.1 silenced`. */
function wordsOf(silence: Silence, layer: LayerInfo | undefined): string {
  const { layer: name, channels, except } = silence;
  const some = channels.length === 1 ? `channel ${channels[0]}` : `${channels.length} channels`;
  if (!layer) return `${except ? `all but ${some}` : some} of ${name} silenced`;
  const count = layer.shape[0];
  const but = except ? `, all but ${some}` : "";
  return `${countOf(silence, count)} of ${count} channels of ${name} silenced${but}`;
}

/** What the class's score was before anything was changed, and is now. */
function ScoreChange() {
  const { store } = useScope();
  const found = changedScore(store);
  if (!found) return null;
  const { label, logit, before } = found;
  const edits = store.traits._edits.value.undo ? ", with the edits of the image" : "";
  return (
    <span aria-live="polite">
      logit of {label} {format(before.logit, 3)} → <b>{format(logit, 3)}</b>
      {` (${signed(logit - before.logit)})${edits}`}
    </span>
  );
}

/** The class that is explained, where its score before the changes is known. */
function changedScore({ traits, target }: Store) {
  // Beside another specimen the score differs for other reasons too.
  if (traits.unit.value || traits._other.value.kind !== "before") return null;
  const found: Prediction | undefined = traits.predictions.value.find(({ index }) => index === target.value);
  return found?.before ? { ...found, before: found.before } : null;
}
