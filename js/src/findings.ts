/** What only rooms ask and show, and how their code gets here: types only, so every part may use them. */

import type { ReadonlySignal } from "@preact/signals";
import type { CodeTile, Family } from "./records";

/** The module of the rooms: what `rooms.ts` exports. */
export type Rooms = typeof import("./rooms");

/** The rooms' code, which is fetched when a room is first opened. */
export interface Lazy {
  /** The rooms; `null` until they have come. */
  readonly rooms: ReadonlySignal<Rooms | null>;
  /** Why they could not be had when they were last wanted, a sentence, or "". */
  readonly problem: ReadonlySignal<string>;
  /** Fetch them, unless they are there; rejects where that fails, and may be tried again. */
  load(): Promise<Rooms>;
}

/** A room's question; the kind of its answer follows from `what`. */
export interface Inquiry<W extends keyof Answered = keyof Answered> {
  readonly what: W;
  readonly epoch: number;
  /** "" where the question is about the whole network. */
  readonly layer: string;
  readonly channels: readonly number[];
  /** Row and column, where it is about a cell. */
  readonly cell?: readonly [number, number];
}

/** Answers of the kernel, kept while there is room for them. */
export interface Answers {
  /** The answer, if it is known already. */
  kept<W extends keyof Answered>(inquiry: Inquiry<W>): Answered[W] | undefined;
  /** Ask the kernel; rejects with a sentence, or when `signal` calls it off. */
  ask<W extends keyof Answered>(inquiry: Inquiry<W>, signal: AbortSignal): Promise<Answered[W]>;
}

/** What answers each kind of question. A reader of the same name stands in `READERS` of `rooms.ts`. */
export interface Answered {
  readonly network: Network;
}

/** Height and width in pixels of the input: each a number, or all of the image. */
export type Extent = readonly [number | "all", number | "all"];

/** One call of a module in the recorded pass. */
export interface NetworkNode {
  readonly name: string;
  readonly kind: string;
  readonly family: Family;
  /** Sides of its output without the batch. */
  readonly shape: readonly number[];
  readonly parameters: number;
  readonly multiplyAdds: number;
  /** Bytes of its output. */
  readonly memory: number;
  /** What of the input a cell depends on; `null` where that is not known. */
  readonly receptiveField: Extent | null;
  /** Pixels of the input from one cell to the next; `null` where that is not known. */
  readonly stride: readonly [number, number] | null;
  /** Whether there are pictures of it. */
  readonly viewable: boolean;
  /** The strongest channel, and its picture. */
  readonly channel: number | null;
  readonly thumb: CodeTile | null;
  /** First and last of the nodes within its call; `null` for one with nothing inside. */
  readonly inside: readonly [number, number] | null;
  /** Name of the module that called it; "" for the model. */
  readonly block: string;
}

/** The graph of the recorded pass: what a `network` packet says. */
export interface Network {
  readonly nodes: readonly NetworkNode[];
  /** From and to, among the nodes with nothing inside; from -1 for the input. */
  readonly edges: readonly (readonly [number, number])[];
  readonly totals: { readonly parameters: number; readonly multiplyAdds: number; readonly memory: number };
}
