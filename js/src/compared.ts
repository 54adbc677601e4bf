/** What only the tools ask and show: types only, so every part may use them. */

import type { CodeTile } from "./records";

/** Some channels of this, of the other, and their difference: what a `pair` packet says. */
export interface Pair {
  readonly epoch: number;
  readonly layer: string;
  readonly channels: readonly number[];
  /** In the order of `channels`. */
  readonly this: readonly CodeTile[];
  readonly other: readonly CodeTile[];
  readonly difference: readonly CodeTile[];
}

/** How much a layer differs between this and the other. */
export interface LayerChange {
  readonly name: string;
  /** ‖this − other‖ / ‖other‖; `null` where it is not known. */
  readonly change: number | null;
  readonly correlation: number | null;
  readonly cka: number | null;
  /** Why it cannot be compared, or "". */
  readonly sentence: string;
}

/** What differs: every layer in the order of the pass, and the channels of one. */
export interface Differences {
  readonly epoch: number;
  readonly layer: string;
  /** What this and the other are called. */
  readonly names: readonly [string, string];
  readonly layers: readonly LayerChange[];
  /** Over how many images the similarity of representations was taken; 0: it was not. */
  readonly images: number;
  /** Of each channel of `layer`; NaN where unknown. */
  readonly change: Float32Array;
  readonly correlation: Float32Array;
  readonly thisMean: Float32Array;
  readonly otherMean: Float32Array;
  readonly thisMax: Float32Array;
  readonly otherMax: Float32Array;
}

/** A channel that answers to a part of the image. */
export interface Ranked {
  readonly layer: string;
  readonly channel: number;
  /** (inside − outside) / deviation. */
  readonly score: number;
  readonly inside: number;
  readonly outside: number;
  readonly tile: CodeTile;
}

/** Channels of all layers, by how much more they answer in a part of the image than elsewhere. */
export interface Ranking {
  readonly epoch: number;
  readonly layer: string;
  /** Left, top, right, bottom in pixels of the input. */
  readonly box: readonly number[];
  readonly rows: readonly Ranked[];
  /** Of each channel of `layer`; NaN where unknown. */
  readonly scores: Float32Array;
}

/** Where a cell looks from. Boxes are left, top, right, bottom in pixels of the input. */
export interface Field {
  readonly epoch: number;
  readonly layer: string;
  readonly channel: number;
  readonly cell: readonly [number, number];
  /** What it could see at most; `null` where nobody knows. */
  readonly box: readonly number[] | null;
  /** Where its gradient is not zero; `null` where it is zero everywhere. */
  readonly support: readonly number[] | null;
  /** Where most of its gradient lies. */
  readonly core: readonly number[] | null;
  /** The gradient's magnitude. */
  readonly tile: CodeTile;
}

/** A channel that is held in sight. */
export interface Pin {
  readonly unit: string;
  readonly layer: string;
  readonly channel: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly tile: CodeTile;
}

export interface Pins {
  readonly epoch: number;
  readonly rows: readonly Pin[];
}

/** What becomes of the score without each channel: what an `effects` packet says. */
export interface Effects {
  readonly epoch: number;
  readonly layer: string;
  readonly target: number | null;
  readonly unit: string;
  /** The score in words: "logit of tabby". */
  readonly what: string;
  /** The score with nothing more silenced. */
  readonly whole: number;
  /** What fraction is there, 0 to 1. */
  readonly done: number;
  /** Score − score without the channel; NaN where it is not known yet. */
  readonly effects: Float32Array;
}
