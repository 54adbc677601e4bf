/** Questions to the kernel: a few at a time, each with a number, a time limit and a way to call it off. */

import { type ReadonlySignal, signal } from "@preact/signals";
import type { Grow } from "./ascent";
import type { Edit } from "./records";
import { bytesOf, decode, join, type Packet } from "./wire/packet";

/** Milliseconds until a question counts as unanswered, and how often it is put again. */
export const PATIENCE = 15_000;
/** The same for what is worked out anew, and for which kinds that is. */
export const LONG_PATIENCE = 60_000;
const LONG: readonly Ask["what"][] = [
  "statistics",
  "sum",
  "stages",
  "network",
  "differences",
  "region",
  "field",
];
/** What only makes sharper what is drawn, or was not picked: it waits while the image is being changed, and so long after. */
const LATER: readonly Ask["what"][] = ["native", "coarse", "wants"];
export const REST = 200;
const RETRIES = 1;
/** Milliseconds after which a kernel that still works on an edit is looked for: one that was restarted says nothing. */
const PULSE = 3000;
const IN_FLIGHT = 2;
const GONE = "The kernel is gone.";
const NO_ANSWER = "No answer from the kernel.";

/** A question as `widget/messages.py` takes it; the packet that answers is described in `wire/packet.py`. */
export interface Ask {
  readonly what:
    | "coarse"
    | "native"
    | "exact"
    | "kernels"
    | "statistics"
    | "sum"
    | "stages"
    | "network"
    | "rooms"
    | "tools"
    | "wanting"
    | "pair"
    | "differences"
    | "region"
    | "field"
    | "pins"
    | "wants";
  readonly epoch: number;
  readonly layer: string;
  readonly channels: readonly number[];
  readonly cell?: readonly [number, number];
  readonly units?: readonly string[];
}

/** An edit that was sent, and who waits for it. */
interface Sent {
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
  readonly timer: ReturnType<typeof setTimeout>;
  readonly pulse: ReturnType<typeof setInterval>;
}

interface Job {
  readonly ask: Ask;
  readonly resolve: (packet: Packet) => void;
  readonly reject: (reason: Error) => void;
  tries: number;
  header: unknown;
  parts: Uint8Array[];
  timer?: ReturnType<typeof setTimeout>;
}

export class Requests {
  readonly #answering = signal(true);
  readonly #refused = signal("");
  readonly #waiting: Job[] = [];
  readonly #flying = new Map<number, Job>();
  readonly #sent = new Map<number, Sent>();
  /** Whether the image is being changed, or was a moment ago. */
  #changing = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  // Replies reach every page that shows the scope: a random start keeps their numbers apart.
  #next = 1 + Math.floor(Math.random() * (1 << 30));

  constructor(readonly send: (content: object, buffers?: readonly ArrayBuffer[]) => void) {}

  /** Whether the kernel answered when it was last expected to. */
  get answering(): ReadonlySignal<boolean> {
    return this.#answering;
  }

  /** What the kernel refused that was no question, one sentence, or "". */
  get refused(): ReadonlySignal<string> {
    return this.#refused;
  }

  /** Forget what was refused. */
  forgive(): void {
    this.#refused.value = "";
  }

  /** Ask for channels; rejects when called off, refused or unanswered. */
  ask(ask: Ask, signal: AbortSignal): Promise<Packet> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(calledOff());
      const job: Job = { ask, resolve, reject, tries: 0, header: null, parts: [] };
      signal.addEventListener("abort", () => this.#cancel(job), { once: true });
      // One exact channel is what the user points at now; tiles can wait.
      if (ask.what === "exact") this.#waiting.unshift(job);
      else this.#waiting.push(job);
      this.#pump();
    });
  }

  /** Change the image; resolves when that is done, rejects with a sentence. */
  edit(edit: Edit, file?: ArrayBuffer): Promise<void> {
    return new Promise((resolve, reject) => {
      const rid = this.#next++;
      clearTimeout(this.#timer);
      this.#changing = true;
      const timer = setTimeout(() => {
        this.#answering.value = false;
        this.#done(rid, NO_ANSWER);
      }, LONG_PATIENCE);
      const pulse = setInterval(() => this.ping(), PULSE);
      this.#sent.set(rid, { resolve, reject, timer, pulse });
      if (!this.#post({ k: "edit", rid, ...edit }, file && [file])) this.#done(rid, GONE);
    });
  }

  /** Take a custom message; what answers no open question is dropped. */
  receive(content: unknown, buffers: unknown): void {
    if (typeof content !== "object" || content === null) return;
    const message = content as Record<string, unknown>;
    this.#answering.value = true;
    const rid = Number(message.rid);
    // A refused trait has no number of its own.
    if (message.k === "error" && rid === 0) this.#refused.value = String(message.message);
    if (message.k === "done" || message.k === "error")
      this.#done(rid, message.k === "error" ? String(message.message) : "");
    const job = this.#flying.get(rid);
    if (!job) return;
    if (message.k === "data") this.#collect(rid, job, message, buffers);
    else if (message.k === "error") this.#settle(rid, job, new Error(String(message.message)));
  }

  /** Ask for a sign of life. */
  ping(): void {
    this.#post({ k: "ping", rid: this.#next++ });
  }

  /** Stop the long work that is going on; no reply comes. */
  stop(): void {
    this.#post({ k: "stop", rid: this.#next++ });
  }

  /** End the pictures that grow, begin them anew, or go on beyond their end; no reply comes. */
  grow(op: Grow): void {
    this.#post({ k: "grow", rid: this.#next++, op });
  }

  /** An answer came, or failed to come, by another way. */
  heard(answering: boolean): void {
    this.#answering.value = answering;
  }

  /** Call everything off. */
  close(): void {
    for (const job of [...this.#waiting, ...this.#flying.values()]) {
      clearTimeout(job.timer);
      job.reject(calledOff());
    }
    for (const rid of [...this.#sent.keys()]) this.#done(rid, GONE);
    clearTimeout(this.#timer);
    this.#waiting.length = 0;
    this.#flying.clear();
  }

  #pump(): void {
    while (this.#flying.size < IN_FLIGHT) {
      const job = this.#take();
      if (!job) return;
      const rid = this.#next++;
      job.tries += 1;
      job.parts = [];
      const patience = LONG.includes(job.ask.what) ? LONG_PATIENCE : PATIENCE;
      job.timer = setTimeout(() => this.#overdue(rid, job), patience);
      this.#flying.set(rid, job);
      if (!this.#post({ k: "get", rid, ...job.ask })) this.#settle(rid, job, new Error(GONE));
    }
  }

  /** The next that may go. */
  #take(): Job | undefined {
    const later = this.#changing ? LATER : [];
    const place = this.#waiting.findIndex(({ ask }) => !later.includes(ask.what));
    return place < 0 ? undefined : this.#waiting.splice(place, 1)[0];
  }

  #collect(rid: number, job: Job, message: Record<string, unknown>, buffers: unknown): void {
    const part = Number(message.part);
    if (part === 0) job.header = message.header;
    job.parts[part] = bytesOf(Array.isArray(buffers) ? buffers[0] : undefined);
    // `filter` skips the holes of parts that are still under way.
    const parts = job.parts.filter((bytes) => bytes !== undefined);
    if (parts.length < Number(message.parts)) return;
    try {
      this.#settle(rid, job, decode(job.header, join(parts)));
    } catch (reason) {
      this.#settle(rid, job, reason instanceof Error ? reason : new Error(String(reason)));
    }
  }

  #settle(rid: number, job: Job, result: Packet | Error): void {
    clearTimeout(job.timer);
    this.#flying.delete(rid);
    if (result instanceof Error) job.reject(result);
    else job.resolve(result);
    this.#pump();
  }

  /** End an edit: well, or with a sentence. */
  #done(rid: number, problem: string): void {
    const sent = this.#sent.get(rid);
    this.#sent.delete(rid);
    clearTimeout(sent?.timer);
    clearInterval(sent?.pulse);
    if (problem) sent?.reject(new Error(problem));
    else sent?.resolve();
    if (sent && this.#sent.size === 0) this.#rest();
  }

  /** The image is not being changed any more, unless an edit comes soon. */
  #rest(): void {
    this.#timer = setTimeout(() => {
      this.#changing = false;
      this.#pump();
    }, REST);
  }

  #overdue(rid: number, job: Job): void {
    this.#flying.delete(rid);
    this.#post({ k: "cancel", rid });
    if (job.tries <= RETRIES) this.#waiting.unshift(job);
    else {
      this.#answering.value = false;
      job.reject(new Error(NO_ANSWER));
    }
    this.#pump();
  }

  #cancel(job: Job): void {
    const place = this.#waiting.indexOf(job);
    if (place >= 0) this.#waiting.splice(place, 1);
    for (const [rid, flying] of this.#flying) {
      if (flying !== job) continue;
      clearTimeout(job.timer);
      this.#flying.delete(rid);
      this.#post({ k: "cancel", rid });
    }
    job.reject(calledOff());
    this.#pump();
  }

  /** Send; a model whose kernel was restarted throws here. */
  #post(content: object, buffers?: readonly ArrayBuffer[]): boolean {
    try {
      this.send(content, buffers);
      return true;
    } catch {
      this.#answering.value = false;
      // It will never say that it is done.
      for (const rid of [...this.#sent.keys()]) this.#done(rid, GONE);
      return false;
    }
  }
}

function calledOff(): Error {
  return new DOMException("Called off.", "AbortError");
}
