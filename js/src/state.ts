/** What the views stand on: `Store` is one per scope, the traits and what follows from them. */

import { computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Grow, Wishes } from "./ascent";
import type { Effects } from "./compared";
import { orderOf } from "./draw/order";
import type { Portions } from "./draw/portions";
import { placeOf } from "./draw/query";
import { answers } from "./draw/question";
import { layerRange, type Range, rangeIn, rangeOf } from "./draw/scale";
import type { Answers, Lazy, Tools, Wanting } from "./findings";
import type { Bytes, Header, ScopeModel } from "./model";
import type {
  Checks,
  CodeTile,
  Colormap,
  Edit,
  ExactTile,
  HeatMap,
  Kernel,
  LayerInfo,
  LayerPictures,
  MethodInfo,
  Normalize,
  Question,
  Sort,
} from "./records";

/** What Python says, and how to answer. */
export interface Source {
  readonly traits: { readonly [K in keyof ScopeModel]: ReadonlySignal<ScopeModel[K]> };
  readonly pictures: ReadonlySignal<LayerPictures | null>;
  /** Name of the layer that Python sent last. */
  readonly confirmed: ReadonlySignal<string>;
  readonly map: ReadonlySignal<HeatMap | null>;
  readonly problem: ReadonlySignal<string>;
  readonly kernel: ReadonlySignal<Kernel>;
  readonly answering: ReadonlySignal<boolean>;
  /** What keeps the kernel from an answer that is overdue, in words, or "". */
  readonly busy: ReadonlySignal<string>;
  /** What Python last refused to do, one sentence, or "". */
  readonly refused: ReadonlySignal<string>;
  set(changes: Partial<ScopeModel>): void;
  /** Give the kernel so many milliseconds of its free time for what the traits will tell; returns what ends the wait. */
  expect(patience: number): () => void;
  /** Change the image; resolves once the kernel has drawn it anew, rejects with a sentence. */
  edit(edit: Edit, file?: readonly ArrayBuffer[]): Promise<void>;
  /** Stop the long work that is going on. */
  stop(): void;
  /** End the pictures that grow, begin them anew, or go on beyond their end. */
  grow(op: Grow): void;
  retry(): void;
}

/** Finer pictures of the current layer, as far as they have come. */
export interface Detail {
  /** Grows whenever something finer has come. */
  readonly version: ReadonlySignal<number>;
  native(channel: number): CodeTile | undefined;
  exact(channel: number): ExactTile | undefined;
  /** These channels are in sight: fetch their native tiles, and nothing else. */
  want(channels: readonly number[]): void;
  wantExact(channel: number): void;
  /** Ask again for what was refused. */
  forgive(): void;
}

/** A number for each channel of a layer, to sort by. */
export interface Brought {
  readonly sort: Sort;
  readonly layer: string;
  readonly epoch: number;
  readonly values: Float32Array;
}

/** What the panel waits for: pictures of another layer, a map, the kernel's work, or nothing. */
export type Awaited = "" | "layer" | "map" | "work";

export interface Store extends Source {
  readonly detail: Detail;
  /** The code of the rooms, of the tools, and of what shows what channels want. */
  readonly lazy: Lazy;
  readonly tools: Lazy<Tools>;
  readonly wanting: Lazy<Wanting>;
  /** What the kernel told the rooms. */
  readonly answers: Answers;
  /** What each channel wants, for the grid; `null` without the code that asks for it. */
  readonly wishes: ReadonlySignal<Wishes | null>;
  /** What the checks of the map found; `null` without the rooms' code, or while there is nothing. */
  readonly checks: ReadonlySignal<Checks | null>;
  /** What becomes of the score without each channel of a layer, as far as it is known; `null` while there is nothing. */
  readonly effects: ReadonlySignal<Effects | null>;
  /** Name of the layer to show as picked: it changes together with the pictures, unless they are late. */
  readonly picked: ReadonlySignal<string>;
  /** The layer whose pictures are shown, as the table describes it. */
  readonly shown: ReadonlySignal<LayerInfo | null>;
  /** The values that are held at the ends of the colours; `null` where they follow what is shown. */
  readonly held: ReadonlySignal<Range | null>;
  /** Smallest and largest value of the layer, or those that are held. */
  readonly range: ReadonlySignal<Range>;
  /** How the tiles are drawn as parts of the map; `null` while they show values. */
  readonly portions: ReadonlySignal<Portions | null>;
  /** The colours in use: of a difference and of parts, those with zero in the middle. */
  readonly colormap: ReadonlySignal<Colormap>;
  /** The scale in use: where one is held, no channel has its own. */
  readonly normalize: ReadonlySignal<Normalize>;
  readonly order: ReadonlySignal<Uint32Array>;
  /** Numbers to sort by that the tools bring. */
  readonly brought: Signal<Brought | null>;
  /** The numbers of a sort that has its own, of the channels shown; `null` where it has none, or they have not come. */
  readonly keys: ReadonlySignal<Float32Array | null>;
  /** The class that the map explains: the chosen one, or the likeliest. */
  readonly target: ReadonlySignal<number | null>;
  /** The method in use, as the registry describes it; `null` where it does not. */
  readonly method: ReadonlySignal<MethodInfo | null>;
  /** The map that lies over the image; `null` while it is switched off. */
  readonly laid: ReadonlySignal<HeatMap | null>;
  /** Whether another map will replace it. */
  readonly fading: ReadonlySignal<boolean>;
  /** Whether there is something that a map can explain. */
  readonly explains: ReadonlySignal<boolean>;
  readonly enlarged: ReadonlySignal<number | null>;
  readonly awaited: ReadonlySignal<Awaited>;
  /** The same, also of a kernel that does not answer. */
  readonly missing: ReadonlySignal<Awaited>;
  /** The same, once it has taken so long that the panel should show it. */
  readonly late: Signal<Awaited>;
  /** The values at the ends of the colours for one channel. */
  rangeOf(channel: number): Range;
}

type More = Pick<Store, "detail" | "lazy" | "tools" | "wanting" | "answers" | "wishes">;

export function createStore(source: Source, more: More): Store {
  const { traits, pictures, map } = source;
  const held = computed(() => rangeIn(traits.scale.value));
  const range = computed(
    () => held.value ?? (pictures.value ? layerRange(pictures.value.stats) : { lo: 0, hi: 0 }),
  );
  const colormap = computed<Colormap>(() =>
    pictures.value?.side === "difference" || portions.value ? "blue-red" : traits.colormap.value,
  );
  const normalize = computed<Normalize>(() => {
    const chosen = traits.normalize.value;
    return held.value && chosen === "channel" ? "layer" : chosen;
  });
  const target = computed(() => targetOf(source));
  const missing = computed(() => missingOf(source, target.value));
  const awaited = computed(() => (source.answering.value ? missing.value : ""));
  const late = signal<Awaited>("");
  const brought = signal<Brought | null>(null);
  const portions = computed(() => {
    const read = traits.shares.value && more.tools.part.value?.portionsOf;
    return (read && pictures.value && read(pictures.value, map.value)) || null;
  });
  const keys = computed(() => {
    const { layer, epoch } = pictures.value ?? {};
    const sort = traits.sort.value;
    if (sort === "share") return map.value?.layer === layer ? (map.value?.shares ?? null) : null;
    const found = brought.value;
    return found?.sort === sort && found.layer === layer && found.epoch === epoch ? found.values : null;
  });
  return {
    ...source,
    ...more,
    checks: computed(() =>
      readBy(more.lazy.part.value?.readChecks, traits._checks_header.value, traits._checks.value),
    ),
    effects: computed(() =>
      readBy(more.tools.part.value?.readEffects, traits._effects_header.value, traits._effects.value),
    ),
    held,
    range,
    colormap,
    normalize,
    portions,
    brought,
    keys,
    target,
    method: computed(() => traits._methods.value.find(({ key }) => key === traits.method.value) ?? null),
    laid: computed(() => (traits.cam.value ? map.value : null)),
    fading: computed(() => late.value === "map" || (late.value === "layer" && map.value?.at === "layer")),
    explains: computed(() => traits._about.value.explains === true),
    shown: computed(
      () => traits.layers.value[placeOf(traits.layers.value, pictures.value?.layer ?? "")] ?? null,
    ),
    order: computed(() =>
      pictures.value ? orderOf(traits.sort.value, pictures.value.stats, keys.value) : new Uint32Array(0),
    ),
    enlarged: computed(() => {
      const channel = traits.channel.value;
      return channel !== null && channel >= 0 && channel < (pictures.value?.channels ?? 0) ? channel : null;
    }),
    awaited,
    missing,
    late,
    picked: computed(() => {
      const soon = awaited.value === "layer" && late.value === "";
      return (soon && pictures.value?.layer) || traits.layer.value;
    }),
    rangeOf(channel) {
      const stats = pictures.value?.stats;
      if (portions.value) return portions.value.rangeOf(channel);
      return stats ? rangeOf(range.value, stats, channel, normalize.value, colormap.value) : range.value;
    },
  };
}

/** What nothing but a part shows is read by that part, once it is there. */
function readBy<T>(
  read: ((header: unknown, body: unknown) => T) | undefined,
  header: Header,
  body: Bytes,
): T | null {
  if (!read || Object.keys(header).length === 0) return null;
  try {
    return read(header, body);
  } catch {
    return null; // half of a message, or one of another version: the next may be whole
  }
}

function missingOf({ traits, confirmed, pictures, map }: Source, target: number | null): Awaited {
  // A sentence about what went wrong is an answer too.
  if (!traits.error.value) {
    const layer = traits.layer.value;
    const turning = traits._other.value.kind && traits.side.value !== pictures.value?.side;
    if (layer && (layer !== confirmed.value || turning)) return "layer";
    const wanted = traits.cam.value || traits.shares.value || traits.sort.value === "share";
    const question: Question = {
      layer,
      target,
      versus: traits.versus.value,
      unit: traits.unit.value,
      method: traits.method.value,
      style: traits.map_style.value,
    };
    const here = map.value !== null && answers(map.value, question);
    if (wanted && traits._about.value.explains && !here) return "map";
  }
  return traits.status.value === "ready" ? "" : "work";
}

/** The class that is explained: the chosen one, or the likeliest; `null` when Python explains something of its own. */
function targetOf({ traits, map }: Source): number | null {
  const { target, predictions } = traits;
  if (target.value !== null) return target.value;
  const shown = map.value;
  const here = shown?.at === "pixels" || shown?.layer === traits.layer.value;
  const own = here && shown?.target === null && shown.unit === "";
  return own ? null : (predictions.value[0]?.index ?? null);
}

/** Milliseconds after which an answer is late: to show sooner that one waits costs more frames than waiting. */
const LATE = 150;

/** Notice what is late, and give the kernel `patience` milliseconds for it; returns the undo. */
export function watch(store: Store, patience: number): () => void {
  let slow: ReturnType<typeof setTimeout> | undefined;
  const stopLate = effect(() => {
    clearTimeout(slow);
    const awaited = store.awaited.value;
    if (awaited === "" || store.late.peek() !== "") store.late.value = awaited;
    else slow = setTimeout(() => (store.late.value = awaited), LATE);
  });
  const stop = effect(() => {
    const awaited = store.awaited.value;
    // While the kernel says that it works, it is there.
    if (store.traits.status.value !== "ready" || (awaited !== "layer" && awaited !== "map")) return undefined;
    return store.expect(patience);
  });
  return () => {
    clearTimeout(slow);
    stop();
    stopLate();
  };
}
