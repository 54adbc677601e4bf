/**
 * Changes of the image on their way to the kernel: one at a time. What is painted or slid meanwhile becomes one
 * change, so that nothing lags behind the hand by more than the kernel takes for one.
 *
 * What belongs together is one gesture, and one step to take back: a stroke from press to lift, or a slider until
 * something else is done. `begin` is true in its first message and false in the others.
 */

import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import { type Point, portion } from "../draw/stroke";
import { sentenceOf } from "../problem";
import type { Brush, Edit } from "../records";

type Op<O extends Edit["op"]> = Extract<Edit, { op: O }>;
type Sliding = Op<"light" | "turn">;

/** What paints. */
export interface Tip {
  readonly tool: Brush;
  readonly radius: number;
  readonly from: Point | null;
}

/** Where a slider is. */
export type Slide = Omit<Op<"light">, "begin"> | Omit<Op<"turn">, "begin">;

/** What is done at once. */
export type Deed = Exclude<Edit, Op<"stroke"> | Sliding>;

/** A way that was painted, and is not drawn by the kernel yet. */
export interface Wet extends Tip {
  readonly points: readonly Point[];
}

interface Task {
  readonly gesture: number;
  readonly edit: Edit;
  readonly file?: ArrayBuffer | undefined;
}

interface Outside {
  send(edit: Edit, file?: ArrayBuffer): Promise<void>;
  /** All that was wanted is done; `last` was the last of it. */
  done(last: Edit): void;
  /** The kernel refused, a sentence. */
  failed(problem: string): void;
}

export class EditQueue {
  readonly #flying = signal<Task | null>(null);
  readonly #waiting = signal<readonly Task[]>([]);
  /** The gesture that can go on, and of what it is; "" where whatever comes begins a new one. */
  #gesture = 0;
  #kind: Edit["op"] | "" = "";
  #tip: Tip | null = null;
  /** The gesture of the newest message, and where its stroke ended. */
  #sent = 0;
  #end: Point | null = null;
  readonly #slid = signal<Slide | null>(null);

  constructor(readonly outside: Outside) {}

  /** How many are in flight, 0 or 1. */
  readonly flying: ReadonlySignal<0 | 1> = computed(() => (this.#flying.value ? 1 : 0));

  /** What was painted and is not drawn yet, a way for each stroke. */
  readonly wet: ReadonlySignal<readonly Wet[]> = computed(() => {
    const ways = new Map<number, Wet>();
    for (const { gesture, edit } of [this.#flying.value, ...this.#waiting.value].filter((task) => !!task)) {
      if (edit.op !== "stroke") continue;
      const before = ways.get(gesture)?.points ?? [];
      ways.set(gesture, { ...edit, points: [...before, ...edit.points] });
    }
    return [...ways.values()];
  });

  /** How many points were painted and are not drawn yet. */
  readonly lag: ReadonlySignal<number> = computed(() =>
    this.wet.value.reduce((sum, { points }) => sum + points.length, 0),
  );

  /** Where the slider is that can go on; `null` once something else was done. */
  get slid(): ReadonlySignal<Slide | null> {
    return this.#slid;
  }

  /** How many of a kind wait, or are in flight. */
  count(op: Edit["op"]): number {
    return [this.#flying.value, ...this.#waiting.value].filter((task) => task?.edit.op === op).length;
  }

  /** A stroke begins. */
  press(tip: Tip, point: Point): void {
    this.#begin("stroke");
    this.#tip = tip;
    this.drag([point]);
  }

  /** The stroke goes on; nothing where none has begun. */
  drag(points: readonly Point[]): void {
    if (this.#kind !== "stroke" || !this.#tip || points.length === 0) return;
    this.#push({ op: "stroke", ...this.#tip, points, begin: false });
  }

  /** The stroke ends. */
  lift(): void {
    this.#tip = null;
  }

  /** The stroke is called off: what was not sent of it never is. */
  cancel(): void {
    this.#waiting.value = this.#waiting.peek().filter(({ gesture }) => gesture !== this.#gesture);
    this.#tip = null;
  }

  /** A slider moves. */
  slide(slide: Slide): void {
    if (this.#kind !== slide.op) this.#begin(slide.op);
    this.#slid.value = slide;
    this.#push({ ...slide, begin: false });
  }

  /** Do something at once. */
  post(deed: Deed, file?: ArrayBuffer): void {
    this.#begin("");
    this.#push(deed, file);
  }

  /** The image was changed by another hand: what comes next goes on with nothing. */
  forget(): void {
    this.#sent = 0;
    this.#end = null;
    if (this.#kind === "stroke") return;
    this.#begin("");
  }

  /** Call off all that was not sent. */
  clear(): void {
    this.#waiting.value = [];
    this.#tip = null;
    this.forget();
  }

  #begin(kind: Edit["op"] | ""): void {
    this.#gesture += 1;
    this.#kind = kind;
    this.#tip = null;
    this.#slid.value = null;
  }

  /** Let it wait, together with what waits of the same gesture. */
  #push(edit: Edit, file?: ArrayBuffer): void {
    const waiting = this.#waiting.peek();
    const last = waiting.at(-1);
    const gesture = this.#gesture;
    const merged = last?.gesture === gesture ? merge(last.edit, edit) : null;
    this.#waiting.value = merged
      ? [...waiting.slice(0, -1), { gesture, edit: merged }]
      : [...waiting, { gesture, edit, file }];
    this.#pump();
  }

  #pump(): void {
    const [next, ...others] = this.#waiting.peek();
    if (!next || this.#flying.peek()) return;
    const goesOn = next.gesture === this.#sent;
    const { now, rest } = this.#portion(next.edit, goesOn);
    this.#sent = next.gesture;
    const task = { ...next, edit: "begin" in now ? { ...now, begin: !goesOn } : now };
    batch(() => {
      this.#flying.value = task;
      this.#waiting.value = rest ? [{ ...next, edit: rest }, ...others] : others;
    });
    void this.#fly(task);
  }

  /** What goes now and what has to wait: a stroke goes on from where it ended. */
  #portion(edit: Edit, goesOn: boolean): { readonly now: Edit; readonly rest: Edit | null } {
    if (edit.op !== "stroke") return { now: edit, rest: null };
    const points = goesOn && this.#end ? [this.#end, ...edit.points] : edit.points;
    const { now, rest } = portion(points, edit.radius);
    this.#end = now.at(-1) ?? null;
    // It will begin where this one ends, as every one does.
    return {
      now: { ...edit, points: now },
      rest: rest.length > 1 ? { ...edit, points: rest.slice(1) } : null,
    };
  }

  async #fly({ edit, file }: Task): Promise<void> {
    let problem: string | null = null;
    try {
      await this.outside.send(edit, file);
    } catch (reason) {
      problem = sentenceOf(reason);
    }
    batch(() => {
      this.#flying.value = null;
      if (problem) this.#fail();
      this.#pump();
    });
    if (problem) this.outside.failed(problem);
    else if (!this.#flying.peek()) this.outside.done(edit);
  }

  /** What waits was to go on from a state that did not come. */
  #fail(): void {
    this.#waiting.value = [];
    this.#begin("");
    this.#sent = 0;
  }
}

/** Two changes of one gesture as one; `null` where they cannot be. */
function merge(before: Edit, edit: Edit): Edit | null {
  if (before.op === "stroke" && edit.op === "stroke")
    return { ...edit, points: [...before.points, ...edit.points] };
  return before.op === edit.op && (edit.op === "light" || edit.op === "turn") ? edit : null;
}
