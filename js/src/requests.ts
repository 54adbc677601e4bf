/** Questions to the kernel: a few at a time, each with a number, a time limit and a way to call it off. */

import { type ReadonlySignal, signal } from "@preact/signals";
import type { Grow } from "./ascent";
import { Changes } from "./changes";
import { Contact, type Host } from "./contact";
import { sentenceOf } from "./problem";
import type { Edit } from "./records";
import { bytesOf, decode, join, type Packet } from "./wire/packet";

/** Milliseconds until a question counts as unanswered, and how often it is put again. */
export const PATIENCE = 15_000;
/** The same for what is worked out anew, and for which kinds that is. */
export const LONG_PATIENCE = 60_000;
/** Bytes that the slowest connection carries in a millisecond: a file may take as long as that. */
export const SLOWEST = 32;
const LONG: readonly Ask["what"][] = [
  "statistics",
  "sum",
  "stages",
  "network",
  "differences",
  "region",
  "field",
];
/** What only makes sharper what is drawn, or was not picked: it waits while the image is being changed. */
const LATER: readonly Ask["what"][] = ["native", "coarse", "wants"];
const RETRIES = 1;
const IN_FLIGHT = 2;
const GONE = "There is no kernel to answer: run the cell again in a notebook.";
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

interface Job {
  readonly ask: Ask;
  readonly resolve: (packet: Packet) => void;
  readonly reject: (reason: Error) => void;
  tries: number;
  header: unknown;
  parts: Uint8Array[];
  /** Ends the wait for the answer, once it was asked for. */
  stop?: () => void;
}

export class Requests {
  readonly contact: Contact;
  readonly #refused = signal("");
  readonly #waiting: Job[] = [];
  readonly #flying = new Map<number, Job>();
  readonly #changes = new Changes(() => this.#pump());
  // Replies reach every page that shows the scope: a random start keeps their numbers apart.
  #next = 1 + Math.floor(Math.random() * (1 << 30));

  constructor(
    readonly send: (content: object, buffers?: readonly ArrayBuffer[]) => void,
    host: Host,
  ) {
    this.contact = new Contact(host, () => this.ping());
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

  /** Change the image, by a file in its parts where it takes one; resolves when that is done, rejects with a sentence. */
  edit(edit: Edit, file: readonly ArrayBuffer[] = []): Promise<void> {
    return new Promise((resolve, reject) => {
      const rid = this.#next++;
      const size = file.reduce((sum, { byteLength }) => sum + byteLength, 0);
      const stop = this.contact.wait(LONG_PATIENCE + size / SLOWEST, () => {
        this.contact.lose();
        this.#changes.failed(rid, new Error(NO_ANSWER));
      });
      this.#changes.begin(rid, { resolve, reject, stop });
      const message = { k: "edit", rid, ...edit };
      if (file.length === 0) this.#post(message);
      // What cannot be sent has failed already.
      file.every((bytes, part) => this.#post({ ...message, part, parts: file.length }, [bytes]));
    });
  }

  /** Take a custom message; what answers no open question is dropped. */
  receive(content: unknown, buffers: unknown): void {
    if (typeof content !== "object" || content === null) return;
    const message = content as Record<string, unknown>;
    if (message.k === "pong") this.contact.pong(message.busy);
    else this.contact.heard();
    const rid = Number(message.rid);
    const job = this.#flying.get(rid);
    if (message.k === "done") this.#changes.done(rid);
    else if (message.k === "data" && job) this.#collect(rid, job, message, buffers);
    else if (message.k === "error") {
      const sentence = sentenceOf(message.message);
      // A refused trait has no number of its own.
      if (rid === 0) this.#refused.value = sentence;
      this.#changes.failed(rid, new Error(sentence));
      if (job) this.#settle(rid, job, new Error(sentence));
    }
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

  /** Tell how many views of the scope a page has; no reply comes. */
  shown(page: string, views: number): void {
    this.#post({ k: "views", rid: this.#next++, page, views });
  }

  /** Nothing can be sent any more. */
  cut(): void {
    this.contact.cut();
    this.#changes.failAll(new Error(GONE));
  }

  /** Call everything off. */
  close(): void {
    for (const job of [...this.#waiting, ...this.#flying.values()]) {
      job.stop?.();
      job.reject(calledOff());
    }
    this.#changes.close(new Error(GONE));
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
      job.stop = this.contact.wait(patience, () => this.#overdue(rid, job));
      this.#flying.set(rid, job);
      if (!this.#post({ k: "get", rid, ...job.ask })) this.#settle(rid, job, new Error(GONE));
    }
  }

  /** The next that may go. */
  #take(): Job | undefined {
    const later = this.#changes.going ? LATER : [];
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
      this.#settle(rid, job, new Error(sentenceOf(reason)));
    }
  }

  #settle(rid: number, job: Job, result: Packet | Error): void {
    job.stop?.();
    this.#flying.delete(rid);
    if (result instanceof Error) job.reject(result);
    else job.resolve(result);
    this.#pump();
  }

  #overdue(rid: number, job: Job): void {
    this.#flying.delete(rid);
    this.#post({ k: "cancel", rid });
    if (job.tries <= RETRIES) this.#waiting.unshift(job);
    else {
      this.contact.lose();
      job.reject(new Error(NO_ANSWER));
    }
    this.#pump();
  }

  #cancel(job: Job): void {
    const place = this.#waiting.indexOf(job);
    if (place >= 0) this.#waiting.splice(place, 1);
    for (const [rid, flying] of this.#flying) {
      if (flying !== job) continue;
      job.stop?.();
      this.#flying.delete(rid);
      this.#post({ k: "cancel", rid });
    }
    job.reject(calledOff());
    this.#pump();
  }

  /** Send; a model whose kernel was restarted throws here, and one that never had any drops what it is given. */
  #post(content: object, buffers?: readonly ArrayBuffer[]): boolean {
    try {
      if (!this.contact.reachable) throw new Error(GONE);
      this.send(content, buffers);
      return true;
    } catch {
      this.cut();
      return false;
    }
  }
}

function calledOff(): Error {
  return new DOMException("Called off.", "AbortError");
}
