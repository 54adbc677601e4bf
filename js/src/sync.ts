/** The bridge to Python: the only file that touches the host's model. */

import {
  batch,
  computed,
  effect,
  type ReadonlySignal,
  type Signal,
  signal,
  untracked,
} from "@preact/signals";
import type { Grow } from "./ascent";
import { Cache } from "./cache";
import { clean } from "./clean";
import type { Host } from "./contact";
import { type Bytes, type Header, type HostModel, type ScopeModel, TRAIT_NAMES } from "./model";
import { sentenceOf } from "./problem";
import type { Edit, HeatMap, Kernel, LayerPictures } from "./records";
import { type Ask, Requests } from "./requests";
import { readLayer, readMap } from "./wire";
import type { Packet } from "./wire/packet";

type Traits = { readonly [K in keyof ScopeModel]: ReadonlySignal<ScopeModel[K]> };
type Writable = { readonly [K in keyof ScopeModel]: Signal<ScopeModel[K]> };

/** What the panel knows from Python, and how it answers back. */
export interface Sync {
  readonly traits: Traits;
  /** The current layer's pictures, kept or just received: the last that could be read. */
  readonly pictures: ReadonlySignal<LayerPictures | null>;
  /** Name of the layer that Python sent last. */
  readonly confirmed: ReadonlySignal<string>;
  readonly map: ReadonlySignal<HeatMap | null>;
  /** Why the newest packet could not be read, or "". */
  readonly problem: ReadonlySignal<string>;
  readonly kernel: ReadonlySignal<Kernel>;
  /** Whether the kernel answered when it was last expected to. */
  readonly answering: ReadonlySignal<boolean>;
  /** What keeps the kernel from an answer that is overdue, in words, or "". */
  readonly busy: ReadonlySignal<string>;
  /** Why the newest write was refused, or "". */
  readonly refused: ReadonlySignal<string>;
  /** Write traits, here and in Python. */
  set(changes: Partial<ScopeModel>): void;
  request(ask: Ask, signal: AbortSignal): Promise<Packet>;
  /** Change the image; resolves once the kernel has drawn it anew, rejects with a sentence. */
  edit(edit: Edit, file?: readonly ArrayBuffer[]): Promise<void>;
  /** Keep pictures for when their layer is picked; those that were shown are kept in any case. */
  keep(pictures: LayerPictures): void;
  keeps(layer: string, epoch: number): boolean;
  /** Whether there is no more room for pictures that nobody asked for. */
  full(): boolean;
  /** Give the kernel so many milliseconds of its free time for what the traits will tell; returns what ends the wait. */
  expect(patience: number): () => void;
  /** Tell how many views of the scope a page has. */
  shown(page: string, views: number): void;
  /** Stop the long work that is going on. */
  stop(): void;
  /** End the pictures that grow, begin them anew, or go on beyond their end. */
  grow(op: Grow): void;
  /** Hope for an answer again: send everything the user chose, and ask for a sign of life. */
  retry(): void;
}

/** Bytes of pictures that are kept: at least 120 layers. */
const KEPT = 12 * 1024 * 1024;

/** What only Python says. */
const TOLD: readonly string[] = ["layers", "predictions", "status", "progress", "error"];

/** Traits a retry sends again, for a kernel that may have missed them: all that the user can choose. */
const CHOICES = TRAIT_NAMES.filter((name) => !name.startsWith("_") && !TOLD.includes(name));

/** Listen to a model until `signal` aborts. */
export function connect(model: HostModel, signal: AbortSignal): Sync {
  const traits = readAll(model);
  const requests = new Requests((content, buffers) => model.send(content, undefined, buffers), hostOf(model));
  const { contact } = requests;
  const packets = followPackets(traits, signal);

  /** Whether it is the panel that changes the model. */
  let acting = false;
  // A message may change several traits: read them all, so that none is seen beside an old one.
  const refresh = () => {
    if (!acting) contact.heard();
    batch(() => {
      for (const name of TRAIT_NAMES) read(model, name, traits);
    });
  };
  const receive = (content?: unknown, buffers?: unknown) => requests.receive(content, buffers);
  for (const name of TRAIT_NAMES) listen(model, `change:${name}`, refresh, signal);
  listen(model, "msg:custom", receive, signal);
  signal.addEventListener("abort", () => requests.close(), { once: true });

  /** Change the model and send that; `change` returns whether it could be sent. */
  const act = (change: () => boolean) => {
    acting = true;
    try {
      if (change()) contact.hope();
      else requests.cut();
    } finally {
      acting = false;
    }
  };
  const set = (changes: Partial<ScopeModel>) => {
    requests.forgive();
    act(() => write(model, traits, changes));
  };

  return {
    traits,
    ...packets,
    kernel: contact.kernel,
    answering: contact.answering,
    busy: contact.busy,
    refused: requests.refused,
    set,
    request: (ask, until) => requests.ask(ask, until),
    edit: (edit, file) => requests.edit(edit, file),
    expect: (patience) => contact.expect(patience),
    shown: (page, views) => requests.shown(page, views),
    stop: () => requests.stop(),
    grow: (op) => requests.grow(op),
    retry() {
      const choices = Object.fromEntries(CHOICES.map((name) => [name, traits[name].peek()]));
      requests.forgive();
      act(() =>
        batch(() => {
          // Hosts send only what changed: each choice has to change, and change back.
          for (const name of CHOICES) model.set(name, null);
          return write(model, traits, choices);
        }),
      );
      requests.ping();
    },
  };
}

/** Set traits here and in Python; `false` when the host can no longer send. */
function write(model: HostModel, traits: Writable, changes: Partial<ScopeModel>): boolean {
  batch(() => {
    for (const name of TRAIT_NAMES) {
      if (!(name in changes)) continue;
      model.set(name, changes[name]);
      read(model, name, traits);
    }
  });
  try {
    model.save_changes();
    return true;
  } catch {
    return false;
  }
}

/** What the host tells of the kernel: Jupyter's managers have it, and its models know whether they are connected. */
function hostOf(model: HostModel): Host {
  return {
    connected: () => (model.get("layout") as Connected | undefined)?.comm_live !== false,
    busy: () => model.widget_manager?.kernel?.status === "busy",
  };
}

/** A model of Jupyter's as another one holds it: anywidget hands over only parts of its own. */
interface Connected {
  readonly comm_live?: unknown;
}

function listen(model: HostModel, event: string, callback: () => void, signal: AbortSignal): void {
  model.on(event, callback);
  signal.addEventListener("abort", () => model.off(event, callback), { once: true });
}

function readAll(model: HostModel): Writable {
  const entries = TRAIT_NAMES.map((name) => [name, signal(clean(name, model.get(name)))]);
  return Object.fromEntries(entries) as Writable;
}

function read<K extends keyof ScopeModel>(model: HostModel, name: K, traits: Writable): void {
  traits[name].value = clean(name, model.get(name));
}

/** Decode the packets among the traits; one that cannot be read leaves the last good one in place. */
function followPackets(traits: Traits, until: AbortSignal) {
  const received = signal<LayerPictures | null>(null);
  const kept = new Cache<LayerPictures>(KEPT);
  const more = signal(0);
  const keep = (pictures: LayerPictures) => {
    kept.set(keyOf(pictures.layer, pictures.epoch), pictures, pictures.tiles.byteLength);
    more.value += 1;
  };
  const pictures = computed(() => {
    const now = received.value;
    const wanted = traits.layer.value;
    if (!now || now.layer === wanted) return now;
    more.value; // read, so that what arrives later is found
    return kept.get(keyOf(wanted, now.epoch)) ?? now;
  });
  const map = followPacket(traits._map_header, traits._map, readMap, until);
  const problem = signal("");
  const stop = effect(() => {
    const header = traits._header.value;
    const body = traits._tiles.value;
    problem.value = attempt(() => {
      const read = isEmpty(header) ? null : readLayer(header, body);
      const same = read && kept.get(keyOf(read.layer, read.epoch));
      // The same object for the same pictures, so that nothing is drawn twice.
      received.value = same ?? read;
      if (read && !same) untracked(() => keep(read));
    });
  });
  until.addEventListener("abort", stop, { once: true });
  const confirmed = computed(() => received.value?.layer ?? "");
  const keeps = (layer: string, epoch: number) => kept.has(keyOf(layer, epoch));
  // The last eighth of the room is for the layers that are really looked at.
  const full = () => kept.bytes > (KEPT * 7) / 8;
  return { pictures, confirmed, map, problem, keep, keeps, full };
}

/** What a packet says; `null` while there is none. */
function followPacket<T>(
  header: ReadonlySignal<Header>,
  body: ReadonlySignal<Bytes>,
  read: (header: unknown, body: unknown) => T,
  until: AbortSignal,
): ReadonlySignal<T | null> {
  const held = signal<T | null>(null);
  const stop = effect(() => {
    const [facts, bytes] = [header.value, body.value];
    attempt(() => {
      held.value = isEmpty(facts) ? null : read(facts, bytes);
    });
  });
  until.addEventListener("abort", stop, { once: true });
  return held;
}

function keyOf(layer: string, epoch: number): string {
  return `${epoch}/${layer}`;
}

function isEmpty(header: object): boolean {
  return Object.keys(header).length === 0;
}

function attempt(action: () => void): string {
  try {
    action();
    return "";
  } catch (reason) {
    return sentenceOf(reason);
  }
}
