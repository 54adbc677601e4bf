/** What a map may explain in place of a class: a channel, `features.3[14]`, or one cell of it, `features.3[14,3,5]`. */

import type { Cell } from "./query";

export interface Unit {
  readonly layer: string;
  readonly channel: number;
  /** Row and column; `null` for the positive part of the channel. */
  readonly cell: Cell | null;
}

// The name of a layer may hold brackets of its own: only the last ones are ours.
const UNIT = /^(.+)\[(\d+)(?:,(\d+),(\d+))?\]$/s;

/** The unit that a text names, `null` for a class. */
export function unitOf(text: string): Unit | null {
  const [, layer, channel, row, column] = UNIT.exec(text) ?? [];
  if (layer === undefined) return null;
  return { layer, channel: Number(channel), cell: row === undefined ? null : [Number(row), Number(column)] };
}

export function unitText({ layer, channel, cell }: Unit): string {
  return `${layer}[${[channel, ...(cell ?? [])].join(",")}]`;
}
