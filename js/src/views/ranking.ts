/** By what the channels can be ranked beside their statistics, and what each has of it. */

import type { Effects } from "../compared";
import { marker } from "../draw/marks";
import { format } from "../draw/number";
import { plus, relative, tagsOf } from "../draw/tags";
import type { Mark } from "../draw/tiles";
import type { Sort } from "../records";
import type { Store } from "../state";
import { isSilenced } from "./channelacts";

interface Option {
  readonly value: Sort;
  readonly text: string;
}

const SORTS: readonly Option[] = [
  { value: "effect", text: "effect on score" },
  { value: "change", text: "change" },
  { value: "region", text: "region" },
];

/** The sorts that can be had now, and the one that is chosen. */
export function sortsOf(store: Store): Option[] {
  const chosen = store.traits.sort.value;
  return SORTS.filter(({ value }) => value === chosen || missingFor(store, value) === "");
}

/** What a sort needs and is not there, a sentence, or "". */
export function missingFor({ traits, explains }: Store, sort: Sort): string {
  if (sort === "effect" && !explains.value)
    return "There is no score on which channels could have an effect.";
  if (sort === "change" && !traits._other.value.kind) return "There is nothing to compare with.";
  if (sort === "region" && traits.region.value.length === 0) return "There is no region on the image.";
  return "";
}

/** What is drawn onto the tiles. */
export function markOf(store: Store): Mark | undefined {
  const tags = tagsOf(store.traits.sort.value, store.keys.value);
  const any = store.traits.silence.value !== "" && store.pictures.value !== null;
  return marker(tags, any ? (channel) => isSilenced(store, channel) : null);
}

/** What the name of a tile says beyond its statistics: it begins with a comma where it says anything. */
export function moreOf(store: Store, channel: number): string {
  const wanted = store.wishes.value?.words(channel);
  const words = [isSilenced(store, channel) && "silenced", ...known(store, channel), wanted];
  return words.map((word) => (word ? `, ${word}` : "")).join("");
}

/** Numbers of a channel in words: its share, its effect, and that by which it is sorted. */
export function known(store: Store, channel: number): string[] {
  const sort = store.traits.sort.value;
  const value = store.keys.value?.[channel];
  const shares = sharesOf(store);
  const effect = effectsOf(store)?.effects[channel];
  const words = [
    shares && `share ${signed(shares[channel])} (${relative(shares[channel] ?? 0, sizeOf(shares))})`,
    // Without it the score falls by its effect.
    isKnown(effect) && `without it ${signed(-effect)}`,
    sort === "change" && isKnown(value) && `change ${format(value, 3)}`,
    sort === "region" && isKnown(value) && `region ${signed(value)}`,
  ];
  return words.filter((word) => typeof word === "string");
}

/** Shares of the channels that are shown, in units of the map; `null` where they are not known. */
export function sharesOf({ map, pictures }: Store): Float32Array | null {
  const found = map.value;
  const here = found?.at === "layer" && found.layer === pictures.value?.layer;
  return here && found.shares.length === pictures.value?.channels ? found.shares : null;
}

/** Effects of the channels that are shown on the score that is explained; `null` where none is known. */
export function effectsOf({ effects, pictures, traits, target }: Store): Effects | null {
  const [found, shown] = [effects.value, pictures.value];
  if (!found || found.layer !== shown?.layer || found.epoch !== shown.epoch) return null;
  if (found.effects.length !== shown.channels || found.unit !== traits.unit.value) return null;
  const same = found.unit !== "" || found.target === null || found.target === target.value;
  return same ? found : null;
}

export function signed(value: number | undefined): string {
  return plus(format(value, 3), value ?? 0);
}

function isKnown(value: number | undefined): value is number {
  return value !== undefined && !Number.isNaN(value);
}

const sizes = new WeakMap<Float32Array, number>();

/** Sum of the magnitudes, worked out once for each array. */
function sizeOf(values: Float32Array): number {
  const size = sizes.get(values) ?? values.reduce((sum, value) => sum + (Math.abs(value) || 0), 0);
  sizes.set(values, size);
  return size;
}
