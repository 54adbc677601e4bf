/** The kernels in sight, fetched in parts that are small enough for every host. */

import { signal } from "@preact/signals";
import { short } from "../draw/si";
import type { Answers, Kernels } from "../findings";
import { sentenceOf } from "../problem";
import type { LayerInfo } from "../records";

const MOST_CHANNELS = 64;
const MOST_BYTES = 256 * 1024;
/** Milliseconds of rest before kernels are asked for, so that a flick through them asks for nothing. */
const REST = 60;

/** Bytes of one kernel that are still drawn: the panel holds all that are in sight. */
const MOST_OF_ONE = 8 * 1024 * 1024;

type Extent = Pick<LayerInfo, "parameters" | "shape">;

/** Bytes of the kernel of one output channel, or a little more: the bias counts too. */
function bytesOfOne({ parameters, shape: [outputs] }: Extent): number {
  return (4 * parameters) / Math.max(1, outputs);
}

/** Why the kernels of a layer are not drawn, a sentence, or "" where they are. */
export function tooLarge(layer: LayerInfo): string {
  const bytes = bytesOfOne(layer);
  if (bytes <= MOST_OF_ONE) return "";
  return `Each kernel of ${layer.name} takes ${short(bytes, "B")}, more than the panel draws: read its weights in Python.`;
}

/** How many kernels one question may ask for, told by the number of parameters. */
export function partSize(layer: Extent): number {
  const bytes = bytesOfOne(layer);
  // Where nobody knows how large they are, a few.
  const fitting = bytes > 0 ? Math.floor(MOST_BYTES / bytes) : 8;
  return Math.max(1, Math.min(MOST_CHANNELS, fitting));
}

/** The numbers of the channels of the part that holds `channel`. */
export function partOf(channel: number, size: number, outputs: number): number[] {
  const start = channel - (channel % size);
  return Array.from({ length: Math.min(size, outputs - start) }, (_, i) => start + i);
}

/** The kernels of one layer, as far as they have come. */
export class KernelPull {
  /** A part of them, for what all have in common; `null` until one has come. */
  readonly facts = signal<Kernels | null>(null);
  /** Why kernels could not be had, a sentence, or "". */
  readonly problem = signal("");
  /** Grows whenever kernels have come. */
  readonly version = signal(0);
  readonly #size: number;
  /** Open questions by the first of their channels. */
  readonly #open = new Map<number, AbortController>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wanted: readonly number[] = [];
  /** The parts in sight, by the first of their channels: together they may be more than `answers` keeps. */
  #held = new Map<number, Kernels>();

  constructor(
    readonly answers: Answers,
    readonly layer: LayerInfo,
    readonly epoch: number,
  ) {
    this.#size = partSize(layer);
    this.facts.value = this.of(0)?.part ?? null;
  }

  /** The part that holds the kernel of an output channel, and its place in it; `undefined` until it has come. */
  of(channel: number): { readonly part: Kernels; readonly place: number } | undefined {
    const part = this.#part(channel);
    return part && { part, place: part.channels.indexOf(channel) };
  }

  /** Output channels `first` to `last`, the last one not included, are in sight: fetch theirs, and no others. */
  want(first: number, last: number): void {
    // What is wanted first is wanted at once.
    const rest = this.#wanted.length === 0 ? 0 : REST;
    const start = first - (first % this.#size);
    const count = Math.ceil((last - start) / this.#size);
    this.#wanted = Array.from({ length: count }, (_, i) => start + i * this.#size);
    this.#hold();
    for (const [at, controller] of [...this.#open]) if (!this.#wanted.includes(at)) controller.abort();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), rest);
  }

  /** Ask again for what was refused. */
  retry(): void {
    this.problem.value = "";
    this.#ask();
  }

  /** Call everything off. */
  close(): void {
    clearTimeout(this.#timer);
    for (const controller of [...this.#open.values()]) controller.abort();
  }

  /** Hold what is in sight as far as it is there, and let go of the rest. */
  #hold(): void {
    const found = this.#wanted.map((start) => [start, this.#part(start)] as const);
    this.#held = new Map(found.filter((pair): pair is [number, Kernels] => pair[1] !== undefined));
  }

  #part(channel: number): Kernels | undefined {
    const start = channel - (channel % this.#size);
    return this.#held.get(start) ?? this.answers.kept(this.#inquiry(channel));
  }

  #ask(): void {
    if (this.problem.peek()) return;
    for (const start of this.#wanted) if (!this.#open.has(start) && !this.of(start)) void this.#pull(start);
  }

  async #pull(start: number): Promise<void> {
    const controller = new AbortController();
    const { signal: until } = controller;
    const done = () => this.#open.delete(start);
    this.#open.set(start, controller);
    until.addEventListener("abort", done, { once: true });
    try {
      const part = await this.answers.ask(this.#inquiry(start), until);
      if (!until.aborted) this.#held.set(start, part);
      this.facts.value = part;
      this.version.value += 1;
    } catch (reason) {
      if (!until.aborted) this.problem.value = sentenceOf(reason);
    }
    if (!until.aborted) done();
  }

  #inquiry(channel: number) {
    const channels = partOf(channel, this.#size, this.layer.shape[0]);
    return { what: "kernels" as const, epoch: this.epoch, layer: this.layer.name, channels };
  }
}
