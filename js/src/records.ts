/** The facts that travel between the parts: types only, so every part may use them. */

/** What a layer does, coarsely; the rail is tinted by it. */
export type Family = "convolution" | "norm" | "activation" | "attention" | "pooling" | "other";

/** Scale of the tiles: over the layer, over each channel, or ±m around zero. */
export type Normalize = "layer" | "channel" | "symmetric";

export type Colormap = "grey" | "viridis" | "magma" | "cividis" | "blue-red";

export type Sort = "index" | "max" | "mean" | "std" | "l2" | "active" | "share";

/** One layer of the network that has pictures. */
export interface LayerInfo {
  readonly name: string;
  readonly kind: string;
  readonly family: Family;
  /** Channels, height and width in cells. */
  readonly shape: readonly [number, number, number];
  readonly parameters: number;
  /** Who asks an attention map unless a patch does: "class token", "mean of all patches"; "" for other layers. */
  readonly asked: string;
}

/** One of the likeliest classes. */
export interface Prediction {
  readonly index: number;
  readonly label: string;
  readonly logit: number;
  readonly probability: number;
}

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

/** What drives a class, at one layer: what a `map` packet says. */
export interface HeatMap {
  readonly epoch: number;
  readonly layer: string;
  readonly target: number | null;
  readonly method: string;
  /** How the map was made. */
  readonly sentence: string;
  /** Why it should not be trusted, or "". */
  readonly doubt: string;
  readonly size: readonly [number, number];
  /** The map before ReLU and scaling, `[H, W]`. */
  readonly raw: Float32Array;
  /** Signed contribution of each channel; empty when unknown. */
  readonly shares: Float32Array;
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
