/** The whole network as bars: one a layer, its height the logarithm of the channels. */

import type { Family, LayerInfo } from "../records";

export const FAMILIES: readonly Family[] = [
  "convolution",
  "norm",
  "activation",
  "attention",
  "pooling",
  "other",
];

/** Height of a bar, 0 to 1: by log₂ of the channels, the widest layer full. */
export function barHeight(channels: number, widest: number): number {
  return 0.18 + 0.82 * (Math.log2(Math.max(1, channels)) / Math.max(1, Math.log2(Math.max(2, widest))));
}

/** Bars of one family as an SVG path in a box of one unit a layer by 100. */
export function barsPath(layers: readonly LayerInfo[], family: Family): string {
  const widest = widestOf(layers);
  // Many layers leave no room for gaps between the bars.
  const width = layers.length > 200 ? 1 : 0.86;
  return layers
    .map((layer, i) => {
      if (familyOf(layer) !== family) return "";
      const top = 100 * (1 - barHeight(layer.shape[0], widest));
      return `M${i + (1 - width) / 2} 100V${top.toFixed(1)}h${width}V100z`;
    })
    .join("");
}

export function widestOf(layers: readonly LayerInfo[]): number {
  return layers.reduce((most, layer) => Math.max(most, layer.shape[0]), 1);
}

function familyOf(layer: LayerInfo): Family {
  return FAMILIES.includes(layer.family) ? layer.family : "other";
}
