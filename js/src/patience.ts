/** How long answers are awaited: as long as the kernel is busy with something else, no time passes. */

import { type ReadonlySignal, signal } from "@preact/signals";

/** Milliseconds between signs of life that are asked for while something is awaited. */
export const PULSE = 3000;

/** What a kernel does that answers nothing, while the host says that it works. */
const CELL = "running a cell";

interface Wait {
  readonly patience: number;
  readonly since: number;
  timer?: ReturnType<typeof setTimeout>;
}

interface Outside {
  /** Ask the kernel for a sign of life. */
  ping(): void;
  /** Whether the host says that the kernel runs something. */
  busy(): boolean;
}

export interface Patience {
  /** What keeps the kernel from an answer that is overdue, in words, or "". */
  readonly busy: ReadonlySignal<string>;
  /** Await an answer: `lost` is called once a kernel that is free has not given it. Returns what ends the wait. */
  wait(patience: number, lost: () => void): () => void;
  /** A sign of life came, with what the kernel does, or "". */
  pong(work: string): void;
}

export function createPatience({ ping, busy }: Outside): Patience {
  const waits = new Map<Wait, () => void>();
  const overdue = signal("");
  /** What the kernel is busy with, as far as anybody has said. */
  let work = "";
  /** Whether a sign of life was asked for and has not come. */
  let quiet = false;
  let pulse: ReturnType<typeof setInterval> | undefined;

  const tell = () => {
    const now = Date.now();
    const late = [...waits.keys()].some(({ since, patience }) => now - since >= patience);
    overdue.value = late ? work : "";
  };
  const begin = (wait: Wait) => {
    clearTimeout(wait.timer);
    wait.timer = setTimeout(() => {
      const lost = waits.get(wait);
      end(wait);
      lost?.();
    }, wait.patience);
  };
  const end = (wait: Wait) => {
    clearTimeout(wait.timer);
    waits.delete(wait);
    if (waits.size === 0) {
      clearInterval(pulse);
      pulse = undefined;
      quiet = false;
      work = "";
    }
    tell();
  };
  const hear = (what: string) => {
    work = what;
    if (work) for (const wait of waits.keys()) begin(wait);
    tell();
  };
  const beat = () => {
    // One question is enough for a kernel that will hear of it when its cell ends.
    if (quiet && busy()) return hear(CELL);
    quiet = true;
    ping();
  };

  return {
    busy: overdue,
    wait(patience, lost) {
      const wait: Wait = { patience, since: Date.now() };
      waits.set(wait, lost);
      begin(wait);
      pulse ??= setInterval(beat, PULSE);
      return () => end(wait);
    },
    pong(what) {
      quiet = false;
      hear(what);
    },
  };
}
