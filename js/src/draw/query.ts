/** Attention maps are asked by one patch: its row and column stand behind the name, `blocks.3.attn.softmax@3,5`. */

import type { LayerInfo } from "../records";

/** Row and column. */
export type Cell = readonly [number, number];

const QUERY = /^(.+)@(\d+),(\d+)$/;

/** The patch that asks, `null` for the class token. */
export function queryOf(layer: string): Cell | null {
  const found = QUERY.exec(layer);
  return found ? [Number(found[2]), Number(found[3])] : null;
}

/** The same layer, asked by another patch, or by the class token again. */
export function askedBy(layer: string, cell: Cell | null): string {
  const source = QUERY.exec(layer)?.[1] ?? layer;
  return cell ? `${source}@${cell[0]},${cell[1]}` : source;
}

/** Place of a layer in the table, whoever asks it; -1 where there is none. */
export function placeOf(layers: readonly LayerInfo[], layer: string): number {
  const place = layers.findIndex(({ name }) => name === layer);
  return place < 0 ? layers.findIndex(({ name }) => name === askedBy(layer, null)) : place;
}

/** The name under which to pick a layer: one attention map after the other is asked by the same patch. */
export function carried(next: LayerInfo, layers: readonly LayerInfo[], layer: string): string {
  const now = layers[placeOf(layers, layer)];
  const alike = Boolean(next.asked) && now?.shape[1] === next.shape[1] && now.shape[2] === next.shape[2];
  return alike ? askedBy(next.name, queryOf(layer)) : next.name;
}
