/** Tab "Region": which channels of which layers answer to a part of the image. */

import { useSignal } from "@preact/signals";
import { format } from "../draw/number";
import { type Responding, respondingOf } from "../draw/responding";
import { useAnswer } from "./answer";
import { useScope } from "./context";
import { Choice } from "./controls";
import { goTo } from "./goto";
import { signed } from "./ranking";
import { Failure, Waiting } from "./room";
import { useRoving } from "./roving";
import { Thumb } from "./thumb";

/** How many channels of one layer are listed. */
const MOST = 60;

const WORDS = ["all layers", "this layer"] as const;

export function Region() {
  const { store } = useScope();
  const region = store.traits.region.value;
  const pictures = store.pictures.value;
  const within = useSignal<(typeof WORDS)[number]>(WORDS[0]);
  const asked = region.length > 0 && pictures ? { layer: pictures.layer, region } : null;
  const { value, stale, problem, retry } = useAnswer("region", asked);
  if (!asked)
    return <p class="nn-empty">Draw a box on the image with the region tool to rank the channels by it.</p>;
  if (problem) return <Failure sentence={problem} again={retry} />;
  if (!value) return <Waiting>Ranking the channels of every layer …</Waiting>;
  const own = pictures && within.value === "this layer";
  const rows: readonly Responding[] = own ? respondingOf(value, pictures, MOST) : value.rows;
  return (
    <div class={stale ? "nn-responses nn-stale" : "nn-responses"}>
      <div class="nn-line">
        <span class="nn-muted">
          score: mean inside the region − mean outside it, in deviations of the channel
        </span>
        <Choice
          label="Layers"
          words={WORDS}
          value={within.value}
          onChange={(word) => {
            within.value = word;
          }}
        />
      </div>
      {rows.length > 0 ? (
        <Cards rows={rows} />
      ) : (
        <p class="nn-empty">No channel can be ranked by this region.</p>
      )}
    </div>
  );
}

function Cards({ rows }: { readonly rows: readonly Responding[] }) {
  const { onKeyDown, tabOf } = useRoving();
  return (
    <ul class="nn-cards" aria-label="Channels by their response" onKeyDown={onKeyDown}>
      {rows.map((row, i) => (
        <li key={`${row.layer} ${row.channel}`}>
          <Card row={row} tab={tabOf(i, rows.length)} />
        </li>
      ))}
    </ul>
  );
}

function Card({ row, tab }: { readonly row: Responding; readonly tab: number }) {
  const { store } = useScope();
  const { layer, channel, score, inside, outside, tile } = row;
  const means = inside === undefined ? "" : `, inside ${format(inside, 3)}, outside ${format(outside, 3)}`;
  return (
    <button
      type="button"
      class="nn-card"
      data-stop
      aria-label={`channel ${channel} of ${layer}, score ${signed(score)}${means}`}
      title="Go to the layer and enlarge the channel"
      tabIndex={tab}
      onClick={() => goTo(store, layer, channel)}
    >
      <span class="nn-small-tile">
        <Thumb tile={tile} />
      </span>
      <span class="nn-card-words">
        <code>{layer}</code>
        <span>
          channel <b>{channel}</b> · <b>{signed(score)}</b>
        </span>
        {inside !== undefined && (
          <span class="nn-muted">
            {format(inside, 3)} in, {format(outside, 3)} out
          </span>
        )}
      </span>
    </button>
  );
}
