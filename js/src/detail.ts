/** What is finer than the coarse tiles: pulled from the kernel when it is looked at, kept while there is room. */

import { signal } from "@preact/signals";
import { Cache } from "./cache";
import type { CodeTile, ExactTile } from "./records";
import type { Ask } from "./requests";
import type { Detail } from "./state";
import { type Packet, readExact, readNative } from "./wire";

const LIMIT = 48 * 1024 * 1024;
const MOST_CHANNELS = 64;
const MOST_BYTES = 256 * 1024;
/** Milliseconds of rest before tiles are asked for, so that a flick through the grid asks for nothing. */
const REST = 60;

/** The layer that detail belongs to. */
export interface Subject {
  readonly epoch: number;
  readonly layer: string;
  readonly size: readonly [number, number];
}

type Request = (ask: Ask, signal: AbortSignal) => Promise<Packet>;

export function createDetail(request: Request, subject: () => Subject | null, until: AbortSignal): Detail {
  const version = signal(0);
  const native = new Cache<CodeTile>(LIMIT / 2);
  const exact = new Cache<ExactTile>(LIMIT / 2);
  /** Open questions by the keys of their channels. */
  const open = new Map<string, AbortController>();
  /** Keys that failed; not asked for again until the layer is shown anew or the user retries. */
  const refused = new Set<string>();
  let last: Subject | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  until.addEventListener("abort", () => {
    clearTimeout(timer);
    for (const controller of open.values()) controller.abort();
  });

  async function pull(about: Subject, level: Ask["level"], channels: readonly number[]): Promise<void> {
    const keys = channels.map((channel) => keyOf(about, level, channel));
    const controller = new AbortController();
    for (const key of keys) open.set(key, controller);
    try {
      const { epoch, layer } = about;
      keep(about, await request({ level, epoch, layer, channels }, controller.signal));
    } catch {
      // The coarse tiles stay; whether the kernel is silent is told by `answering`.
      if (!controller.signal.aborted) keys.forEach(refused.add, refused);
    }
    for (const key of keys) if (open.get(key) === controller) open.delete(key);
  }

  function keep(about: Subject, packet: Packet): void {
    if (packet.facts.epoch !== about.epoch || packet.facts.layer !== about.layer) return;
    if (packet.kind === "exact") {
      const { channel, tile } = readExact(packet);
      exact.set(keyOf(about, "exact", channel), tile, tile.values.byteLength);
    } else {
      for (const [channel, tile] of readNative(packet)) {
        native.set(keyOf(about, "native", channel), tile, tile.codes.byteLength);
      }
    }
    version.value += 1;
  }

  function current(): Subject | null {
    const about = subject();
    if (about !== last) refused.clear();
    last = about;
    return about;
  }

  function update(channels: readonly number[]): void {
    const about = current();
    if (!about) return;
    const wanted = new Set(channels.map((channel) => keyOf(about, "native", channel)));
    callOff(open, wanted);
    const missing = channels.filter((channel) => {
      const key = keyOf(about, "native", channel);
      return !native.has(key) && !open.has(key) && !refused.has(key);
    });
    for (const part of chunks(missing, about.size)) void pull(about, "native", part);
  }

  return {
    version,
    native: (channel) => lookUp(native, subject(), "native", channel),
    exact: (channel) => lookUp(exact, subject(), "exact", channel),
    want(channels) {
      clearTimeout(timer);
      timer = setTimeout(() => update(channels), REST);
    },
    wantExact(channel) {
      const about = current();
      if (!about) return;
      const key = keyOf(about, "exact", channel);
      if (!exact.has(key) && !open.has(key) && !refused.has(key)) void pull(about, "exact", [channel]);
    },
    forgive: () => refused.clear(),
  };
}

/** Call off the questions about tiles of which no channel is wanted any more. */
function callOff(open: Map<string, AbortController>, wanted: ReadonlySet<string>): void {
  const needed = new Set([...open].filter(([key]) => wanted.has(key)).map(([, controller]) => controller));
  for (const [key, controller] of [...open]) {
    if (isNative(key) && !needed.has(controller)) {
      open.delete(key);
      controller.abort();
    }
  }
}

function lookUp<V>(
  cache: Cache<V>,
  about: Subject | null,
  level: Ask["level"],
  channel: number,
): V | undefined {
  return about ? cache.get(keyOf(about, level, channel)) : undefined;
}

function keyOf({ epoch, layer }: Subject, level: Ask["level"], channel: number): string {
  return `${level}/${epoch}/${channel}/${layer}`;
}

function isNative(key: string): boolean {
  return key.startsWith("native/");
}

/** Split channels so that each reply stays small enough for every host. */
export function chunks(channels: readonly number[], size: readonly [number, number]): number[][] {
  const most = Math.max(1, Math.min(MOST_CHANNELS, Math.floor(MOST_BYTES / (size[0] * size[1]))));
  const parts: number[][] = [];
  for (let at = 0; at < channels.length; at += most) parts.push(channels.slice(at, at + most));
  return parts;
}
