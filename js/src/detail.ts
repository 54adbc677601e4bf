/** What is finer than the coarse tiles: pulled from the kernel when it is looked at, kept while there is room. */

import { signal } from "@preact/signals";
import { Cache } from "./cache";
import type { CodeTile, ExactTile } from "./records";
import type { Ask } from "./requests";
import type { Detail } from "./state";
import type { Packet } from "./wire/packet";
import { readExact, readNative } from "./wire/tiles";

const LIMIT = 36 * 1024 * 1024;
const MOST_CHANNELS = 64;
const MOST_BYTES = 256 * 1024;
/** Milliseconds of rest before tiles are asked for, so that a flick through the grid asks for nothing. */
const REST = 60;

/** The layer that detail belongs to; another object when the layer is shown anew. */
export interface Subject {
  readonly epoch: number;
  readonly layer: string;
  readonly size: readonly [number, number];
}

type Request = (ask: Ask, signal: AbortSignal) => Promise<Packet>;

export function createDetail(request: Request, subject: () => Subject | null, until: AbortSignal): Detail {
  return new PulledDetail(request, subject, until);
}

class PulledDetail implements Detail {
  readonly version = signal(0);
  readonly #native = new Cache<CodeTile>(LIMIT / 2);
  readonly #exact = new Cache<ExactTile>(LIMIT / 2);
  /** Open questions by the keys of their channels. */
  readonly #open = new Map<string, AbortController>();
  /** Keys that failed; not asked for again until the layer is shown anew or the user retries. */
  readonly #refused = new Set<string>();
  #last: Subject | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly request: Request,
    readonly subject: () => Subject | null,
    readonly until: AbortSignal,
  ) {
    until.addEventListener("abort", () => {
      clearTimeout(this.#timer);
      for (const controller of this.#open.values()) controller.abort();
    });
  }

  native = (channel: number): CodeTile | undefined => {
    const about = this.subject();
    return about ? this.#native.get(keyOf(about, "native", channel)) : undefined;
  };

  exact = (channel: number): ExactTile | undefined => {
    const about = this.subject();
    return about ? this.#exact.get(keyOf(about, "exact", channel)) : undefined;
  };

  want(channels: readonly number[]): void {
    clearTimeout(this.#timer);
    if (!this.until.aborted) this.#timer = setTimeout(() => this.#update(channels), REST);
  }

  wantExact(channel: number): void {
    const about = this.#current();
    if (!about) return;
    const key = keyOf(about, "exact", channel);
    if (!this.#exact.has(key) && this.#isFree(key)) void this.#pull(about, "exact", [channel]);
  }

  forgive(): void {
    this.#refused.clear();
  }

  #update(channels: readonly number[]): void {
    const about = this.#current();
    if (!about) return;
    const keys = new Map(channels.map((channel) => [keyOf(about, "native", channel), channel]));
    callOff(this.#open, keys);
    const missing = [...keys].filter(([key]) => !this.#native.has(key) && this.#isFree(key));
    for (const part of chunks(
      missing.map(([, channel]) => channel),
      about.size,
    ))
      void this.#pull(about, "native", part);
  }

  async #pull(about: Subject, what: Ask["what"], channels: readonly number[]): Promise<void> {
    const keys = channels.map((channel) => keyOf(about, what, channel));
    const controller = new AbortController();
    for (const key of keys) this.#open.set(key, controller);
    try {
      const { epoch, layer } = about;
      this.#keep(about, await this.request({ what, epoch, layer, channels }, controller.signal));
    } catch {
      // The coarse tiles stay; whether the kernel is silent is told by `answering`.
      if (!controller.signal.aborted) for (const key of keys) this.#refused.add(key);
    }
    for (const key of keys) if (this.#open.get(key) === controller) this.#open.delete(key);
  }

  /** Keep a reply, unless it is about another state of the network or another layer. */
  #keep(about: Subject, packet: Packet): void {
    if (packet.facts.epoch !== about.epoch || packet.facts.layer !== about.layer) return;
    if (packet.kind === "exact") {
      const { channel, tile } = readExact(packet);
      this.#exact.set(keyOf(about, "exact", channel), tile, tile.values.byteLength);
    } else {
      for (const [channel, tile] of readNative(packet)) {
        this.#native.set(keyOf(about, "native", channel), tile, tile.codes.byteLength);
      }
    }
    this.version.value += 1;
  }

  #isFree(key: string): boolean {
    return !this.#open.has(key) && !this.#refused.has(key);
  }

  #current(): Subject | null {
    const about = this.subject();
    if (about !== this.#last) this.#refused.clear();
    this.#last = about;
    return about;
  }
}

/** Call off the questions about tiles of which no channel is wanted any more. */
function callOff(open: Map<string, AbortController>, wanted: ReadonlyMap<string, number>): void {
  const needed = new Set([...open].filter(([key]) => wanted.has(key)).map(([, controller]) => controller));
  for (const [key, controller] of [...open]) {
    if (!key.startsWith("native/") || needed.has(controller)) continue;
    open.delete(key);
    controller.abort();
  }
}

function keyOf({ epoch, layer }: Subject, what: Ask["what"], channel: number): string {
  return `${what}/${epoch}/${channel}/${layer}`;
}

/** Split channels so that each reply stays small enough for every host. */
export function chunks(channels: readonly number[], size: readonly [number, number]): number[][] {
  const most = Math.max(1, Math.min(MOST_CHANNELS, Math.floor(MOST_BYTES / (size[0] * size[1]))));
  const parts: number[][] = [];
  for (let at = 0; at < channels.length; at += most) parts.push(channels.slice(at, at + most));
  return parts;
}
