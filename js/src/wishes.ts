/** What each channel of the grid wants: asked of the kernel while it is to be seen, kept while there is room. */

import { computed, effect, signal, untracked } from "@preact/signals";
import type { WantedTile, Wishes } from "./ascent";
import { Cache } from "./cache";
import type { Pictured } from "./draw/tiles";
import { whyNot } from "./draw/wantable";
import { WantedSheet } from "./draw/wantedsheet";
import { isSettled, wordsOf } from "./draw/wantedtile";
import { sentenceOf } from "./problem";
import type { LayerPictures } from "./records";
import type { Sync } from "./sync";
import type { Packet } from "./wire/packet";
import { readWantedTiles } from "./wire/wantedtiles";

/** Bytes of pictures that are kept, and how many one entry takes beside its pixels. */
const LIMIT = 16 * 1024 * 1024;
const ENTRY = 256;
const MOST_CHANNELS = 64;
/** How many are asked for again while the kernel makes more, beside those that grow. */
const AGAIN = 16;
/** Milliseconds of rest before pictures are asked for, so that a flick through the grid asks for nothing. */
const REST = 60;

export function createWishes(sync: Sync, until: AbortSignal): Wishes {
  return new AskedWishes(sync, until);
}

class AskedWishes implements Wishes {
  readonly problem = signal("");
  readonly #sync: Sync;
  readonly #until: AbortSignal;
  readonly #kept = new Cache<WantedTile>(LIMIT);
  readonly #sheet = new WantedSheet();
  /** Grows whenever something has come. */
  readonly #version = signal(0);
  /** Bytes of the newest picture. */
  #bytes = ENTRY;
  #sight: readonly number[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #open: AbortController | null = null;
  /** Channels that failed; not asked for again until the kernel has more, or the user retries. */
  readonly #refused = new Set<number>();
  /** Channels asked for since the kernel last had more, and how many may be asked for still. */
  readonly #asked = new Set<number>();
  #left = 0;

  constructor(sync: Sync, until: AbortSignal) {
    this.#sync = sync;
    this.#until = until;
    const stops = [effect(() => this.#begin()), effect(() => this.#look())];
    until.addEventListener("abort", () => {
      for (const stop of stops) stop();
      this.#callOff();
    });
  }

  /** The layer whose tiles show what they want; `null` while they show values. */
  readonly #about = computed<LayerPictures | null>(() => {
    const { traits, pictures } = this.#sync;
    return traits.wants.value && whyNot(traits.layers.value, pictures.value) === "" ? pictures.value : null;
  });

  /** Changes whenever the kernel has more of this layer. */
  readonly #serial = computed(() => {
    const about = this.#about.value;
    const { layer, epoch, serial } = this.#sync.traits._wanted.value;
    return about && layer === about.layer && epoch === about.epoch ? Number(serial) : null;
  });

  readonly pictured = computed(() => {
    const about = this.#about.value;
    if (!about) return null;
    // Read so that it is made anew when something has come.
    this.#version.value;
    const smooth = this.#sync.traits.smooth.value;
    return {
      ready: (channels: Uint32Array) =>
        this.#sheet.ready(Array.from(channels, (channel) => this.#find(about, channel))),
      draw: (...[context, channel, box, values]: Parameters<Pictured["draw"]>) =>
        this.#sheet.draw(context, this.#find(about, channel), box, values, smooth),
      label: (channel: number) => (this.#find(about, channel)?.note ? `${channel} · !` : String(channel)),
    };
  });

  words(channel: number): string {
    const about = this.#about.value;
    this.#version.value;
    return about ? wordsOf(this.#find(about, channel)) : "";
  }

  note(channel: number): string {
    const about = this.#about.value;
    this.#version.value;
    return (about && this.#find(about, channel)?.note) ?? "";
  }

  want(channels: readonly number[]): void {
    clearTimeout(this.#timer);
    if (this.#until.aborted) return;
    this.#timer = setTimeout(() => {
      this.#sight = channels;
      this.#pump();
    }, REST);
  }

  retry(): void {
    this.#refused.clear();
    this.problem.value = "";
    this.#pump();
  }

  /** Begin with a layer, or go on after a silence. */
  #begin(): void {
    this.#about.value;
    this.#sync.answering.value;
    untracked(() => {
      this.#callOff();
      // Whoever shows the tiles says anew which are in sight.
      this.#sight = [];
      this.#left = 0;
      this.retry();
    });
  }

  /** The kernel has more. */
  #look(): void {
    if (this.#serial.value === null) return;
    untracked(() => {
      this.#left = this.#growing().size > 0 ? AGAIN : Number.POSITIVE_INFINITY;
      this.#asked.clear();
      this.retry();
    });
  }

  #callOff(): void {
    this.#open?.abort();
    this.#open = null;
  }

  /** Ask for the next, one question at a time: first for what was never asked for, then for what may have grown. */
  #pump(): void {
    const about = this.#about.peek();
    if (!about || this.#open || this.#until.aborted || !this.#sync.answering.peek()) return;
    // No more than can be kept: they would push each other out, and be asked for again.
    const sight = this.#sight.slice(0, Math.floor(LIMIT / this.#bytes));
    const missing = sight.filter(
      (channel) =>
        channel < about.channels && !this.#refused.has(channel) && !isSettled(this.#find(about, channel)),
    );
    const unknown = missing.filter((channel) => !this.#find(about, channel)).slice(0, MOST_CHANNELS);
    // The kernel makes first what it was asked for last: after what lies further on, the first are asked for again.
    if (unknown.length > 0 && unknown[0] !== missing[0]) this.#renew(missing.slice(0, AGAIN));
    const next = unknown.length > 0 ? unknown : this.#again(missing);
    if (next.length === 0) return;
    for (const channel of next) this.#asked.add(channel);
    void this.#ask(about, next);
  }

  #renew(channels: readonly number[]): void {
    this.#left = Math.max(this.#left, AGAIN);
    for (const channel of channels) this.#asked.delete(channel);
  }

  /** Those to ask for again: the first that are missing, and those that grow. */
  #again(missing: readonly number[]): number[] {
    const growing = this.#growing();
    const due = missing.filter((channel) => !this.#asked.has(channel));
    const next = due.filter((channel, i) => i < this.#left || growing.has(channel)).slice(0, MOST_CHANNELS);
    // All the others wait for the next news, while there will be any.
    if (growing.size > 0) this.#left = 0;
    return next;
  }

  #growing(): ReadonlySet<number> {
    const { growing } = this.#sync.traits._wanted.peek();
    return new Set(Array.isArray(growing) ? growing : []);
  }

  async #ask(about: LayerPictures, channels: readonly number[]): Promise<void> {
    const controller = new AbortController();
    const { epoch, layer } = about;
    this.#open = controller;
    let problem = "";
    try {
      const ask = { what: "wants", epoch, layer, channels } as const;
      this.#keep(about, await this.#sync.request(ask, controller.signal));
    } catch (reason) {
      problem = sentenceOf(reason);
    }
    if (this.#open !== controller) return;
    this.#open = null;
    // What was not told is not asked for again at once.
    for (const channel of channels) if (problem || !this.#find(about, channel)) this.#refused.add(channel);
    this.problem.value = problem;
    this.#pump();
  }

  /** Keep a reply, unless it is about another state of the network or another layer. */
  #keep(about: LayerPictures, packet: Packet): void {
    if (packet.facts.epoch !== about.epoch || packet.facts.layer !== about.layer) return;
    for (const [channel, tile] of readWantedTiles(packet)) {
      this.#sheet.replace(this.#find(about, channel), tile);
      if (tile.steps > 0) this.#bytes = tile.pixels.byteLength + ENTRY;
      this.#kept.set(keyOf(about, channel), tile, tile.pixels.byteLength + ENTRY);
    }
    this.#version.value += 1;
  }

  #find(about: LayerPictures, channel: number): WantedTile | undefined {
    return this.#kept.get(keyOf(about, channel));
  }
}

function keyOf({ epoch, layer }: LayerPictures, channel: number): string {
  return `${epoch}/${channel}/${layer}`;
}
