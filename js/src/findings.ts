/** What only rooms ask and show, and how their code gets here: types only, so every part may use them. */

import type { ReadonlySignal } from "@preact/signals";
import type { Differences, Field, Pair, Pins, Ranking } from "./compared";
import type { CodeTile, Family } from "./records";

/** What is fetched apart: the modules `rooms.ts`, `tools.ts` and `wanting.ts`, by the names the kernel knows them by. */
export interface Parts {
  readonly rooms: typeof import("./rooms");
  readonly tools: typeof import("./tools");
  readonly wanting: typeof import("./wanting");
}
export type Rooms = Parts["rooms"];
export type Tools = Parts["tools"];
export type Wanting = Parts["wanting"];

/** The code of a part: of the rooms, which is fetched when one is first opened, of the tools, or of what channels want. */
export interface Lazy<T = Rooms> {
  /** The part; `null` until it has come. */
  readonly part: ReadonlySignal<T | null>;
  /** Why it could not be had when it was last wanted, a sentence, or "". */
  readonly problem: ReadonlySignal<string>;
  /** Fetch it, unless it is there; rejects where that fails, and may be tried again. */
  load(): Promise<T>;
}

/** What gradients are of, as the traits put it: a class, or a unit in its place. */
export interface Explained {
  readonly target: number | null;
  readonly versus: number | null;
  readonly unit: string;
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
  /** Channels of any layers, where it is about those. */
  readonly units?: readonly string[];
  /** Left, top, right, bottom in pixels of the input, where the answer depends on it: the kernel knows it. */
  readonly region?: readonly number[];
  /** What is explained, where the answer depends on it: the kernel knows it and is not told. */
  readonly of?: Explained;
}

/** Answers of the kernel, kept while there is room for them. */
export interface Answers {
  /** The answer, if it is known already. */
  kept<W extends keyof Answered>(inquiry: Inquiry<W>): Answered[W] | undefined;
  /** Ask the kernel; rejects with a sentence, or when `signal` calls it off. */
  ask<W extends keyof Answered>(inquiry: Inquiry<W>, signal: AbortSignal): Promise<Answered[W]>;
}

/**
 * What answers each kind of question. A reader of the same name stands in `wire/answer.ts`, or, of what the tools
 * ask, in `wire/compared.ts`.
 */
export interface Answered {
  readonly pair: Pair;
  readonly differences: Differences;
  readonly region: Ranking;
  readonly field: Field;
  readonly pins: Pins;
  readonly kernels: Kernels;
  readonly statistics: Statistics;
  readonly stages: Stages;
  readonly sum: Sum;
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
}

/** The graph of the recorded pass: what a `network` packet says. */
export interface Network {
  readonly nodes: readonly NetworkNode[];
  /** From and to, among the nodes with nothing inside; from -1 for the input. */
  readonly edges: readonly (readonly [number, number])[];
  readonly totals: { readonly parameters: number; readonly multiplyAdds: number; readonly memory: number };
}

/** What some output channels multiply. */
export interface Kernels {
  readonly epoch: number;
  readonly layer: string;
  /** The output channels whose kernels these are. */
  readonly channels: readonly number[];
  /** Height and width of a kernel, in cells. */
  readonly size: readonly [number, number];
  /** Input channels a kernel, and output channels of the layer. */
  readonly inputs: number;
  readonly outputs: number;
  readonly groups: number;
  readonly transposed: boolean;
  /** Smallest and largest weight of the layer. */
  readonly shared: readonly [number, number];
  /** Whether the inputs are red, green and blue. */
  readonly colour: boolean;
  /** What should be known of them, one sentence, or "". */
  readonly note: string;
  /** `[n, inputs, height, width]`, in the order of `channels`. */
  readonly weights: Float32Array;
  /** `[n]`, empty where there is no bias. */
  readonly bias: Float32Array;
  /** `[n]`: number of the first input channel of each. */
  readonly first: Float32Array;
}

export type HistogramKind = "weights" | "biases" | "activations" | "gradients";

/** One histogram, and its values in numbers. */
export interface Histogram {
  readonly kind: HistogramKind;
  /** What the values are of, in words. */
  readonly sentence: string;
  readonly count: number;
  readonly mean: number;
  readonly std: number;
  readonly min: number;
  readonly max: number;
  /** Fraction that is exactly 0. */
  readonly zero: number;
  /** Channels that are 0 everywhere, of how many. */
  readonly dead: number;
  readonly channels: number;
  /** Values at a bound of their activation; `null` where it has none. */
  readonly saturated: number | null;
  /** Values that are NaN or infinite. */
  readonly nonfinite: number;
  /** Values at the ends of the bins. */
  readonly ends: readonly [number, number];
  /** Values in each bin. */
  readonly counts: Float32Array;
}

/** Histograms of a layer, or of one of its channels. */
export interface Statistics {
  readonly epoch: number;
  readonly layer: string;
  /** `null` for the whole layer. */
  readonly channel: number | null;
  readonly rows: readonly Histogram[];
  /** Of what there is no histogram, and why: sentences. */
  readonly missing: readonly string[];
  /** What the gradients are of; `null` where the kernel does not tell. */
  readonly explained: Pick<Explained, "target" | "unit"> | null;
}

/** One of the layers through which a channel goes. */
export interface Stage {
  readonly layer: string;
  readonly kind: string;
  readonly family: Family;
  readonly size: readonly [number, number];
  /** Share of cells below zero before an activation that cuts there, else `null`. */
  readonly cut: number | null;
  readonly min: number;
  readonly max: number;
  readonly tile: CodeTile;
}

/** One channel through convolution, norm and activation. */
export interface Stages {
  readonly epoch: number;
  readonly layer: string;
  readonly channel: number;
  /** One scale for all. */
  readonly ends: readonly [number, number];
  readonly stages: readonly Stage[];
}

/** How one cell came about. */
export interface Sum {
  readonly epoch: number;
  readonly layer: string;
  readonly channel: number;
  readonly cell: readonly [number, number];
  readonly operation: string;
  /** The layer it reads; "" for the network's input, `null` where nobody knows. */
  readonly source: string | null;
  /** What the tensor holds, and what the terms sum up to. */
  readonly value: number;
  readonly total: number;
  readonly bias: number | null;
  /** Height and width of a patch. */
  readonly size: readonly [number, number];
  /** Input channels, as the source counts them. */
  readonly inputs: readonly number[];
  /** Row and column of the input that each row and column of a patch is; those of no cell lie outside. */
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  /** Place among the inputs, row and column in the patch of the cell that won; `null` where none did. */
  readonly winner: readonly [number, number, number] | null;
  /** The arithmetic, and the size of the output, line by line. */
  readonly formula: readonly string[];
  readonly shape: readonly string[];
  /** `[n, height, width]`. */
  readonly patch: Float32Array;
  /** The same, or empty where nothing is multiplied. */
  readonly kernel: Float32Array;
  /** Sum of each input channel, `[n]`, or empty. */
  readonly partial: Float32Array;
}

/** Histograms that were kept, to compare others with them. */
export interface Kept {
  /** What they are of, in words. */
  readonly words: string;
  readonly rows: readonly Histogram[];
}
