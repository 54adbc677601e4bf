/** The value at a place of a channel: exact once it has come, else from the best tile there is. */

import { valueOfCode } from "../draw/scale";
import { coarseTile } from "../draw/tiles";
import type { CodeTile, LayerPictures } from "../records";
import type { Detail } from "../state";
import type { Spot } from "../view";
import { cellAt } from "./cellbox";

export interface Reading {
  /** Row and column, as in `activations[channel, row, column]`. */
  readonly cell: readonly [number, number];
  readonly value: number;
  /** Whether it is the number that the network computed, not one read off a tile. */
  readonly exact: boolean;
}

export function readAt(spot: Spot, pictures: LayerPictures, detail: Detail): Reading {
  const cell = cellAt(spot, pictures.size);
  const exact = detail.exact(spot.channel);
  if (exact)
    return { cell, value: exact.values[cell[0] * exact.size[1] + cell[1]] ?? Number.NaN, exact: true };
  const tile = detail.native(spot.channel) ?? coarseTile(pictures, spot.channel);
  return { cell, value: tileValue(tile, spot), exact: false };
}

function tileValue(tile: CodeTile, spot: Spot): number {
  const [row, column] = cellAt(spot, tile.size);
  return valueOfCode(tile.codes[row * tile.size[1] + column] ?? 255, tile.lo, tile.hi);
}
