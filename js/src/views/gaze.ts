/** Asks where a cell looks from: once the pointer has rested, one question at a time, called off when it moves on. */

import { type ReadonlySignal, signal } from "@preact/signals";
import type { Field } from "../compared";
import type { Answers, Inquiry } from "../findings";
import { sentenceOf } from "../problem";

/** Milliseconds of rest over a cell before it is asked about. */
const REST = 250;

export type Look = Inquiry<"field">;

export class Gaze {
  readonly #found = signal<Field | null>(null);
  readonly #problem = signal("");
  #key = "";
  /** How many pictures show this cell. */
  #shown = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #controller: AbortController | null = null;

  /** While `paused` says so, nothing is asked. */
  constructor(
    readonly answers: Answers,
    readonly paused: () => boolean,
  ) {}

  /** Where the cell looks from that the pointer rests on; `null` until it is known. */
  get found(): ReadonlySignal<Field | null> {
    return this.#found;
  }

  /** Why that is not known, a sentence, or "". */
  get problem(): ReadonlySignal<string> {
    return this.#problem;
  }

  /** The pointer is over a cell; several pictures may say so. Returns the undo. */
  look(inquiry: Look): () => void {
    const key = JSON.stringify(inquiry);
    if (key !== this.#key) {
      this.#off();
      this.#key = key;
      this.#timer = setTimeout(() => void this.#ask(inquiry), REST);
    }
    this.#shown += 1;
    return () => {
      if (key !== this.#key) return;
      this.#shown -= 1;
      if (this.#shown === 0) this.#off();
    };
  }

  async #ask(inquiry: Look): Promise<void> {
    if (this.paused()) return;
    const controller = new AbortController();
    this.#controller = controller;
    try {
      const field = this.answers.kept(inquiry) ?? (await this.answers.ask(inquiry, controller.signal));
      if (!controller.signal.aborted) this.#found.value = field;
    } catch (reason) {
      if (!controller.signal.aborted) this.#problem.value = sentenceOf(reason);
    }
  }

  #off(): void {
    clearTimeout(this.#timer);
    this.#controller?.abort();
    this.#controller = null;
    this.#key = "";
    this.#shown = 0;
    this.#found.value = null;
    this.#problem.value = "";
  }
}
