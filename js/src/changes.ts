/** Changes of the image that were sent, and who waits for each of them. */

/** Milliseconds after the last of them in which another one may come. */
export const REST = 200;

interface Sent {
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
  /** Ends the wait. */
  readonly stop: () => void;
}

export class Changes {
  readonly #sent = new Map<number, Sent>();
  #going = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `rested` is called when no more of them seem to come. */
  constructor(readonly rested: () => void) {}

  /** Whether the image is being changed, or was a moment ago. */
  get going(): boolean {
    return this.#going;
  }

  begin(rid: number, sent: Sent): void {
    clearTimeout(this.#timer);
    this.#going = true;
    this.#sent.set(rid, sent);
  }

  done(rid: number): void {
    this.#end(rid)?.resolve();
  }

  failed(rid: number, reason: Error): void {
    this.#end(rid)?.reject(reason);
  }

  /** None of them will ever be told to be done. */
  failAll(reason: Error): void {
    for (const rid of [...this.#sent.keys()]) this.failed(rid, reason);
  }

  close(reason: Error): void {
    this.failAll(reason);
    clearTimeout(this.#timer);
  }

  #end(rid: number): Sent | undefined {
    const sent = this.#sent.get(rid);
    if (!sent) return undefined;
    this.#sent.delete(rid);
    sent.stop();
    if (this.#sent.size === 0) {
      this.#timer = setTimeout(() => {
        this.#going = false;
        this.rested();
      }, REST);
    }
    return sent;
  }
}
