/** Pictures made by gradient ascent, of what a channel wants: types only, so every part may use them. */

import type { ReadonlySignal } from "@preact/signals";
import type { Pictured } from "./draw/tiles";

/** How the pictures of what a channel wants are made: decorrelated and shaken, or pixel by pixel. */
export type Ascent = "fourier" | "pixels";

/** One picture that was made to drive a channel, as far as it has grown. */
export interface WantsPicture {
  readonly method: Ascent;
  /** Whether it is to drive the channel as low as it goes. */
  readonly negative: boolean;
  /** Steps that were made. */
  readonly step: number;
  /** The objective of the picture itself when it is whole, else that of its newest step. */
  readonly score: number | null;
  /** What is wrong with it, a sentence or "". */
  readonly note: string;
  /** How it was made. */
  readonly sentence: string;
  readonly type: "image/jpeg" | "image/png";
  /** The encoded file; empty where there is nothing yet. */
  readonly file: Uint8Array;
  /** The objective at each step; NaN where it was not made yet. */
  readonly history: Float32Array;
}

/** What the enlarged channel wants: what a `wants` packet says. */
export interface Wants {
  readonly epoch: number;
  readonly layer: string;
  readonly channel: number;
  readonly size: readonly [number, number];
  readonly steps: number;
  readonly seed: number;
  /** What fraction of all pictures is there, 0 to 1. */
  readonly done: number;
  /** Why it ended early, a sentence or "". */
  readonly left: string;
  /** The best of the images seen so far, by the same objective. */
  readonly natural: { readonly name: string; readonly score: number } | null;
  /** The present image, by the same objective. */
  readonly here: number | null;
  readonly pictures: readonly WantsPicture[];
}

/** How far the grid is filled with what channels want; empty where it is not. */
export interface Wanted {
  readonly layer?: string;
  readonly epoch?: number;
  /** Another number says: ask again for the tiles in sight that are not whole. */
  readonly serial?: number;
  readonly done?: number;
  readonly of?: number;
  /** The channels whose pictures grow. */
  readonly growing?: readonly number[];
}

/** What becomes of the pictures that grow: thrown away, begun anew, or grown beyond their end. */
export type Grow = "cancel" | "again" | "more";

/** What a channel of the grid wants, as small as a tile. */
export interface WantedTile {
  /** Height and width in pixels. */
  readonly size: readonly [number, number];
  /** Red, green and blue of each pixel; empty where there is nothing yet. */
  readonly pixels: Uint8Array;
  /** Steps that were made, and those of a whole one. */
  readonly steps: number;
  readonly of: number;
  /** What the channel makes of it; `null` while nobody knows. */
  readonly score: number | null;
  /** What is wrong with it, a sentence or "". */
  readonly note: string;
}

/** What each channel of the grid wants, as far as it has come. */
export interface Wishes {
  /** Draws the pictures; another one when something has come, `null` while tiles show values. */
  readonly pictured: ReadonlySignal<Pictured | null>;
  /** Why the kernel did not tell, a sentence, or "". */
  readonly problem: ReadonlySignal<string>;
  /** How far the picture of a channel has come, in words; "" while tiles show values. */
  words(channel: number): string;
  /** What is wrong with it, a sentence or "". */
  note(channel: number): string;
  /** These are in sight, or will soon be: ask for them, and for nothing else. */
  want(channels: readonly number[]): void;
  /** Ask again for what was refused. */
  retry(): void;
}
