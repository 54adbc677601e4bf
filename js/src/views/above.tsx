/** What stands above the views: pinned channels, what is silenced, and what is said about the order of the tiles. */

import { format, percent } from "../draw/number";
import { hasPortions, sumsOf } from "../draw/portions";
import { rankCorrelation } from "../draw/ranks";
import { useBrought } from "./bring";
import { useScope } from "./context";
import { Choice, Small } from "./controls";
import { Pinned } from "./pinned";
import { effectsOf, known, missingFor, sharesOf, signed } from "./ranking";
import { Silenced } from "./silenced";
import { WantSwitch } from "./wantswitch";

/** `channels` is whether the grid of channels stands below. */
export function Above({ channels }: { readonly channels: boolean }) {
  return (
    <>
      <Pinned />
      <Silenced />
      {channels && <Order />}
    </>
  );
}

/** What the tiles show, and where their order comes from. */
function Order() {
  const { store } = useScope();
  const { problem, retry } = useBrought();
  const missing = missingFor(store, store.traits.sort.value);
  return (
    <div class="nn-line nn-muted">
      <WantSwitch />
      {!store.wishes.value?.pictured.value && (
        <>
          <AsParts />
          {store.traits.shares.value && <PartsLine />}
        </>
      )}
      <Agreement />
      {store.traits.sort.value === "effect" && <Scanned />}
      {missing && <span>{missing} The tiles stand in the order of their numbers.</span>}
      {problem && (
        <span>
          <span role="alert">{problem}</span> <Small onClick={retry}>Try again</Small>
        </span>
      )}
    </div>
  );
}

/** Of what the effects are, and how many are known. */
function Scanned() {
  const { store } = useScope();
  const found = effectsOf(store);
  if (!found) return null;
  const part = found.done < 1 ? ` · ${percent(found.done, 0)} of the channels are known` : "";
  return (
    <span>
      {`effect: what the ${found.what} (${format(found.whole, 3)}) loses without the channel${part}`}
    </span>
  );
}

/** How far shares and effects put the channels in the same order. */
function Agreement() {
  const { store } = useScope();
  const [shares, effects] = [sharesOf(store), effectsOf(store)];
  const sort = store.traits.sort.value;
  if (!shares || !effects || (sort !== "share" && sort !== "effect")) return null;
  const both = rankCorrelation(shares, effects.effects);
  if (both === null) return null;
  return (
    <span title="Spearman: 1 where shares and effects put the channels in the same order">
      shares and effects: rank correlation <b>{signed(Math.round(both * 100) / 100)}</b>
    </span>
  );
}

/** Whether tiles show values, or their parts of the map; only where the map is a sum of weighted channels. */
function AsParts() {
  const { store } = useScope();
  const { shares } = store.traits;
  const pictures = store.pictures.value;
  if (!shares.value && !(pictures && hasPortions(pictures, store.map.value))) return null;
  return (
    <Choice
      label="Tiles"
      title="values: the activations. parts of the map: each activation times its weight in the map, which sum to it"
      words={["values", "parts of the map"]}
      value={shares.value ? "parts of the map" : "values"}
      onChange={(word) => store.set({ shares: word !== "values", wants: false })}
    >
      tiles
    </Choice>
  );
}

/** That the tiles sum to the map, or why there are no parts. */
function PartsLine() {
  const { store } = useScope();
  const [pictures, map] = [store.pictures.value, store.map.value];
  if (!pictures || store.late.value === "map") return null;
  if (!hasPortions(pictures, map)) {
    const why = map
      ? "In this map no channel has one weight, so the tiles show values: Grad-CAM has one for each."
      : "There is no map of this layer yet, so the tiles show values.";
    return <span class="nn-doubt">{why}</span>;
  }
  const { tiles, map: whole, agree } = sumsOf(pictures, map);
  // Of what is no class nobody knows the unit.
  const unit = map.target !== null && map.unit === "" ? " logit" : "";
  const both = `Σ tiles ${signed(tiles)}, Σ map before its ReLU ${signed(whole)}${unit}`;
  return agree ? (
    <span title={both}>
      the tiles sum to the map before its ReLU: <b>{`Σ ${signed(whole)}${unit}`}</b>
    </span>
  ) : (
    <span class="nn-doubt">{`These tiles do not sum to the map: ${both}.`}</span>
  );
}

/** What is known of the channel under the pointer, for the status line. */
export function Told({ channel }: { readonly channel: number }) {
  const { store } = useScope();
  const wanted = store.wishes.value?.words(channel);
  const words = [...known(store, channel), ...(wanted ? [wanted] : [])];
  return words.length > 0 && <> · {words.join(", ")}</>;
}
