/** Where a cell looks from, made up: a bell around the middle of what it could see. */

import { type Encoded, encode, type LayerValues, quantise } from "./packets";

/** Side of the input, and cells along a side of the answer. */
const [SIDE, CELLS] = [224, 112];

export function fieldPacket({ info }: LayerValues, channel: number, cell: readonly number[]): Encoded {
  const step = info.effective_stride?.map(Number) ?? [SIDE, SIDE];
  const start = info.receptive_start?.map(Number) ?? [0, 0];
  const sides = (info.receptive_field ?? ["all", "all"]).map((side) => (side === "all" ? SIDE : side));
  const spans = [0, 1].map((axis) => {
    const first = (start[axis] ?? 0) + (cell[axis] ?? 0) * (step[axis] ?? 0);
    return [Math.max(0, first), Math.min(SIDE, first + (sides[axis] ?? 0))] as const;
  });
  const [[top, bottom], [left, right]] = spans as [[number, number], [number, number]];
  const values = new Float32Array(CELLS * CELLS);
  for (let i = 0; i < values.length; i++) {
    const y = ((Math.floor(i / CELLS) + 0.5) * SIDE) / CELLS;
    const x = (((i % CELLS) + 0.5) * SIDE) / CELLS;
    const away = (at: number, from: number, to: number) =>
      (2 * at - from - to) / Math.max(1, (to - from) * 0.45);
    const inside = x > left && x < right && y > top && y < bottom;
    values[i] = inside ? Math.exp(-2 * (away(x, left, right) ** 2 + away(y, top, bottom) ** 2)) : 0;
  }
  const { codes, lo, hi } = quantise(values);
  const box = [left, top, right, bottom];
  const core = [left, top, right, bottom].map((_, i) => {
    const [low, high] = i % 2 ? [top, bottom] : [left, right];
    return Math.round((low + high) / 2 + ((i < 2 ? -1 : 1) * (high - low)) / 4);
  });
  const facts = { epoch: 0, layer: info.name, channels: [channel], cell: [...cell], box, support: box, core };
  const arrays = { tiles: codes, lo: Float32Array.of(lo), hi: Float32Array.of(hi) };
  return encode("field", facts, arrays, { tiles: [1, CELLS, CELLS] });
}
