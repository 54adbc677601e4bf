/** The facts that travel between the parts: types only, so every part may use them. */

import type { Ascent } from "./ascent";

/** What a layer does, coarsely; the rail is tinted by it. */
export type Family = "convolution" | "norm" | "activation" | "attention" | "pooling" | "other";

/** Scale of the tiles: over the layer, over each channel, or ±m around zero. */
export type Normalize = "layer" | "channel" | "symmetric";

export type Colormap = "grey" | "viridis" | "magma" | "cividis" | "blue-red";

export type Sort =
  | "index"
  | "max"
  | "mean"
  | "std"
  | "l2"
  | "active"
  | "share"
  | "effect"
  | "change"
  | "region";

/** What the right column shows. */
export type View = "channels" | "kernels" | "statistics" | "network" | "differences" | "region";

/** Which of the two that are compared is drawn, or what this has more than the other. */
export type Side = "this" | "other" | "difference";

/** What silenced channels hold: zero, their own mean, or the values of the other specimen. */
export type Fill = "zero" | "mean" | "other";

/** One layer of the network that has pictures. */
export interface LayerInfo {
  readonly name: string;
  readonly kind: string;
  readonly family: Family;
  /** Channels, height and width in cells. */
  readonly shape: readonly [number, number, number];
  readonly parameters: number;
  /** Rows and columns of the network's input that a cell could see; `null` where nobody knows. */
  readonly receptive_field?: readonly (number | "all")[] | null;
  /** Pixels of the input from what one cell sees to what the next one sees. */
  readonly effective_stride?: readonly number[] | null;
  /** First row and column that the first cell could see, negative in the padding. */
  readonly receptive_start?: readonly (number | null)[] | null;
  /** Who asks an attention map unless a patch does: "class token", "mean of all patches"; "" for other layers. */
  readonly asked: string;
}

/** One of the likeliest classes. */
export interface Prediction {
  readonly index: number;
  readonly label: string;
  readonly logit: number;
  readonly probability: number;
  /** The same class of what this is compared with. */
  readonly before?: { readonly logit: number; readonly probability: number } | null;
}

/** One of the images, or models, between which the panel can change. */
export interface SpecimenInfo {
  readonly name: string;
  readonly model: string;
  /** As the network saw it, an encoded PNG or JPEG. */
  readonly picture: Bytes;
}

/** What this is compared with; empty where there is nothing. */
export interface Other extends Partial<SpecimenInfo> {
  /** The same before it was changed in the panel, or another specimen. */
  readonly kind?: "before" | "specimen";
}

/** How the image can be edited, and was. */
export interface Edits {
  /** How many steps can be taken back, and taken again. */
  readonly undo?: number;
  readonly redo?: number;
  /** The newest step, in words. */
  readonly words?: string;
  readonly able?: boolean;
  /** Why it cannot be edited, a sentence. */
  readonly why?: string;
}

/** Bytes as hosts hand them over: a view in most, a bare buffer or a typed array in some. */
export type Bytes = DataView | ArrayBuffer | ArrayBufferView;

/** What is under the microscope. */
export interface About {
  readonly model?: string;
  readonly image?: string;
  /** Width and height of the original image, in pixels. */
  readonly original?: readonly [number, number] | null;
  /** Channels, height and width of the network's input. */
  readonly input?: readonly [number, number, number];
  readonly transform?: string;
  /** What was assumed rather than known, a sentence or "". */
  readonly assumption?: string;
  /** Left, top, right, bottom of what the network saw, as fractions of the original. */
  readonly crop?: readonly [number, number, number, number] | null;
  readonly note?: string;
  /** Whether a map has something to explain: a class, or a target of Python's own. */
  readonly explains?: boolean;
}

/** Numbers of each channel at native resolution, in activation units. */
export interface Stats {
  readonly min: Float32Array;
  readonly max: Float32Array;
  readonly mean: Float32Array;
  readonly std: Float32Array;
  readonly l2: Float32Array;
  /** Fraction of cells above zero, 0 to 1. */
  readonly active: Float32Array;
  /** Number of cells that are NaN or infinite. */
  readonly nonfinite: Float32Array;
}

/** Every channel of one layer, coarse: what a `layer` packet says. */
export interface LayerPictures {
  readonly epoch: number;
  /** Whose values these are: of a difference, this − other. */
  readonly side: Side;
  readonly layer: string;
  readonly channels: number;
  /** Native height and width, in cells. */
  readonly size: readonly [number, number];
  /** Height and width of the coarse tiles. */
  readonly tile: readonly [number, number];
  /** Codes of all channels, `[C, h, w]`. */
  readonly tiles: Uint8Array;
  /** Values of code 0 and code 254 of each channel. */
  readonly lo: Float32Array;
  readonly hi: Float32Array;
  readonly stats: Stats;
}

/** One way to make a map, as the registry in Python describes it. */
export interface MethodInfo {
  readonly key: string;
  readonly label: string;
  /** Under which heading the menu lists it. */
  readonly group: string;
  /** Where its maps live: over the cells of a layer, or over the pixels of the input. */
  readonly at: "layer" | "pixels";
  /** Whether it takes many passes. */
  readonly long: boolean;
  readonly hint: string;
  readonly citation: string;
  /** The conventions in which it can be had. */
  readonly styles: readonly Style[];
}

/** Whose conventions a map follows where publications and libraries differ. */
export type Style = "paper" | "pytorch-grad-cam" | "captum" | "torchcam";

/** Values on a grid, and how they become colours. */
export interface MapPicture {
  readonly size: readonly [number, number];
  /** `[H, W]`; NaN where a cell is not finite. */
  readonly values: Float32Array;
  /** Values of the first and the last colour. */
  readonly ends: readonly [number, number];
  /** Whether zero is the middle of a diverging table. */
  readonly signed: boolean;
  /** Whether it is interpolated, or drawn in exact cells. */
  readonly smooth: boolean;
}

/** What a map is asked. */
export interface Question {
  readonly layer: string;
  readonly target: number | null;
  readonly versus: number | null;
  readonly unit: string;
  readonly method: string;
  readonly style: string;
}

/** What drives a class or a unit: what a `map` packet says, with the question that it answers. */
export interface HeatMap extends MapPicture, Question {
  readonly epoch: number;
  readonly at: "layer" | "pixels";
  /** How the map was made. */
  readonly sentence: string;
  /** Why it should not be trusted, or "". */
  readonly doubt: string;
  /** What fraction of it is there, 0 to 1. */
  readonly done: number;
  /** Signed contribution of each channel; empty when unknown. */
  readonly shares: Float32Array;
  /** By what each channel is multiplied in the map; empty where a channel has no one weight. */
  readonly weights: Float32Array;
}

/** One of the maps that are held against each other. */
export interface CheckRow {
  readonly label: string;
  readonly kind: "map" | "randomised" | "runner-up";
  /** Rank correlation with the map that is checked, -1 to 1; `null` when unknown. */
  readonly similarity: number | null;
  readonly picture: MapPicture;
}

/** The probability of the class while the image is covered or uncovered, most important cells first. */
export interface Curves {
  /** How much of the image is gone (deletion) or there (insertion), 0 to 1; empty until known. */
  readonly fractions: Float32Array;
  readonly deletion: Float32Array;
  readonly insertion: Float32Array;
  /** Areas under the curves, 0 to 1. */
  readonly areas: { readonly deletion: number | null; readonly insertion: number | null };
}

/** What speaks for and against a map: what a `checks` packet says. */
export interface Checks {
  readonly epoch: number;
  /** The sentence of the map that is checked. */
  readonly question: string;
  /** What fraction of the checks is done, 0 to 1. */
  readonly done: number;
  readonly rows: readonly CheckRow[];
  readonly verdicts: readonly string[];
  readonly curves: Curves;
}

/** One channel as codes: a tile of a `native` packet, or a coarse one. */
export interface CodeTile {
  readonly size: readonly [number, number];
  readonly codes: Uint8Array;
  readonly lo: number;
  readonly hi: number;
}

/** One channel as the network computed it. */
export interface ExactTile {
  readonly size: readonly [number, number];
  readonly values: Float32Array;
}

export type Brush = "blur" | "mean" | "noise" | "copy" | "erase";

/** One change of the image, in pixels of the network's input; `begin` is false where it goes on with the last one. */
export type Edit =
  | {
      readonly op: "stroke";
      readonly tool: Brush;
      readonly radius: number;
      readonly points: readonly (readonly [number, number])[];
      /** From where "copy" takes, relative to each point. */
      readonly from: readonly [number, number] | null;
      readonly begin: boolean;
    }
  | { readonly op: "flip"; readonly axis: "horizontal" | "vertical" }
  | { readonly op: "turn"; readonly degrees: number; readonly begin: boolean }
  | {
      readonly op: "light";
      readonly brightness: number;
      readonly contrast: number;
      readonly begin: boolean;
    }
  | { readonly op: "undo" | "redo" | "reset" }
  | { readonly op: "open"; readonly name: string }
  /** The picture made of the enlarged channel takes the image's place. */
  | { readonly op: "wanted"; readonly method: Ascent; readonly negative: boolean };

/**
 * The kernel, as it was last heard of: it answers; it does not; it was there, and nothing can be sent to it any more;
 * there is none, as behind a saved page.
 */
export type Kernel = "there" | "silent" | "gone" | "absent";
