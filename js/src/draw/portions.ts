/**
 * Tiles as their parts of a map: w_k · A_k, on one scale with zero in the middle, that sum to the map.
 *
 * The codes stay as they are: a part has the colour of its place in ±m, so a value has that of its place in
 * ±m / w_k, whose ends change places where the weight is negative.
 */

import type { HeatMap, LayerPictures } from "../records";
import type { Range } from "./scale";

export interface Portions {
  /** The largest part of any cell, the value of the last colour. */
  readonly end: number;
  readonly weights: Float32Array;
  /** The values of a channel, before the weight, at the ends of the colours. */
  rangeOf(channel: number): Range;
}

/** Ends so wide that every finite value is in their middle; their difference is finite still. */
const WIDE = 1e300;

/** Whether each channel has one weight in a map, and the map is of what the pictures show. */
export function hasPortions(pictures: LayerPictures, map: HeatMap | null): map is HeatMap {
  if (map?.at !== "layer" || map.layer !== pictures.layer || map.epoch !== pictures.epoch) return false;
  return map.weights.length === pictures.channels;
}

/** How the tiles are drawn as parts of a map; `null` where a channel has no one part in it. */
export function portionsOf(pictures: LayerPictures, map: HeatMap | null): Portions | null {
  if (!hasPortions(pictures, map)) return null;
  const { weights } = map;
  const { min, max } = pictures.stats;
  const weightOf = (channel: number) => finite(weights[channel]);
  let end = 0;
  for (let channel = 0; channel < pictures.channels; channel++) {
    const size = Math.max(Math.abs(finite(min[channel])), Math.abs(finite(max[channel])));
    end = Math.max(end, Math.abs(weightOf(channel)) * size);
  }
  const rangeOf = (channel: number) => {
    const weight = weightOf(channel);
    const half = weight === 0 || end === 0 ? WIDE : Math.max(-WIDE, Math.min(WIDE, end / weight));
    return { lo: -half, hi: half };
  };
  return { end, weights, rangeOf };
}

/** What the tiles sum to, and what the map does, before its ReLU: two ways to one number. */
export interface Sums {
  readonly tiles: number;
  readonly map: number;
  /** Whether they agree, as far as numbers of 32 bits can. */
  readonly agree: boolean;
}

/** The tiles' sum from weights and means, the map's from the shares that came with it. */
export function sumsOf({ size, stats, channels }: LayerPictures, { weights, shares }: HeatMap): Sums {
  let [tiles, map, whole] = [0, 0, 0];
  for (let channel = 0; channel < channels; channel++) {
    const cells = size[0] * size[1] - finite(stats.nonfinite[channel]);
    const part = finite(weights[channel]) * finite(stats.mean[channel]) * cells;
    tiles += part;
    map += finite(shares[channel]);
    whole += Math.abs(part);
  }
  return { tiles, map, agree: Math.abs(tiles - map) <= 1e-3 * whole };
}

function finite(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) ? value : 0;
}
