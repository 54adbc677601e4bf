/** What is known of the kernel: whether it answers, whether it can, and how long it is waited for. */

import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { createPatience, type Patience } from "./patience";
import type { Kernel } from "./records";

/** What a host tells of the kernel, as far as it tells anything. */
export interface Host {
  /** Whether messages reach a kernel; where the host does not tell, they do. */
  connected(): boolean;
  /** Whether it runs something. */
  busy(): boolean;
}

export class Contact {
  readonly #kernel = signal<Kernel>("there");
  readonly #patience: Patience;
  /** Whether the kernel was ever heard of. */
  #heard = false;
  /** Whether the kernel answered when it was last expected to. */
  readonly answering = computed(() => this.#kernel.value === "there");

  /** `ping` asks the kernel for a sign of life. */
  constructor(
    readonly host: Host,
    ping: () => void,
  ) {
    this.#patience = createPatience({ ping, busy: () => host.busy() });
    if (!host.connected()) this.#kernel.value = "absent";
  }

  get kernel(): ReadonlySignal<Kernel> {
    return this.#kernel;
  }

  /** What keeps the kernel from an answer that is overdue, in words, or "". */
  get busy(): ReadonlySignal<string> {
    return this.#patience.busy;
  }

  /** Whether it makes sense to send. A kernel that was heard of is there, whatever the host says. */
  get reachable(): boolean {
    return this.#heard || this.host.connected();
  }

  /** The kernel has answered something. */
  heard(): void {
    this.#heard = true;
    this.#kernel.value = "there";
  }

  /** It lives, and says what it does. That is no answer to what is overdue. */
  pong(busy: unknown): void {
    this.#heard = true;
    if (this.#kernel.peek() !== "silent") this.#kernel.value = "there";
    this.#patience.pong(typeof busy === "string" ? busy : "");
  }

  /** Whoever acts hopes for an answer, also after one failed to come. */
  hope(): void {
    if (this.reachable) this.#kernel.value = "there";
  }

  /** Give a kernel that is free so many milliseconds; `lost` is called when they are over. Returns what ends the wait. */
  wait(patience: number, lost: () => void): () => void {
    return this.#patience.wait(patience, lost);
  }

  /** The same for an answer that comes by another way: without one the kernel counts as silent. */
  expect(patience: number): () => void {
    return this.wait(patience, () => this.lose());
  }

  /** No answer came. */
  lose(): void {
    // Where nothing can be sent, more is known than that.
    if (this.answering.peek()) this.#kernel.value = "silent";
  }

  /** Nothing can be sent any more. */
  cut(): void {
    this.#kernel.value = this.#heard ? "gone" : "absent";
  }
}
