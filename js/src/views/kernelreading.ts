/** Kernels in words: what is under the pointer, or under the keys. */

import { format } from "../draw/number";
import type { Cell } from "../draw/query";
import type { KernelPull } from "./kernelpull";

const COLOURS = ["red", "green", "blue"] as const;

/** The weights of an output channel, `[inputs, height, width]`, once they have come. */
export function weightsOf(kernels: KernelPull, channel: number): Float32Array | undefined {
  const found = kernels.of(channel);
  if (!found) return undefined;
  const { inputs, size, weights } = found.part;
  const count = inputs * size[0] * size[1];
  return weights.subarray(found.place * count, (found.place + 1) * count);
}

/** Number of the first input channel of an output channel: that of its group. */
export function firstOf(kernels: KernelPull, channel: number): number {
  const found = kernels.of(channel);
  return found?.part.first[found.place] ?? 0;
}

/** What is pointed at: a kernel, perhaps one of its inputs, perhaps a cell of that; all inputs as one colour where `mixed`. */
export interface Pointed {
  readonly channel: number;
  /** Place among the kernel's inputs. */
  readonly input: number | null;
  readonly cell: Cell | null;
  readonly mixed: boolean;
}

/** `kernel of channel 3, input 17, cell (1, 2): −0.0312`. */
export function kernelReading(kernels: KernelPull, { channel, input, cell, mixed }: Pointed): string {
  const start = `kernel of channel ${channel}`;
  const weights = weightsOf(kernels, channel);
  const [, wide, cells] = sidesOf(kernels);
  if (!weights) return start;
  const at = (place: number, [row, column]: Cell) => format(weights[place * cells + row * wide + column], 4);
  if (mixed && cell) {
    const parts = COLOURS.map((name, place) => `${name} ${at(place, cell)}`);
    return `${start}, cell (${cell.join(", ")}): ${parts.join(", ")}`;
  }
  if (input === null) return `${start}${biasWords(kernels, channel)}`;
  const named = `${start}, input ${firstOf(kernels, channel) + input}`;
  if (cell) return `${named}, cell (${cell.join(", ")}): ${at(input, cell)}`;
  const own = weights.subarray(input * cells, (input + 1) * cells);
  const [least, most] = [Math.min(...own), Math.max(...own)].map((value) => format(value, 3));
  return `${named}: ${least === most ? least : `${least} to ${most}`}`;
}

function biasWords(kernels: KernelPull, channel: number): string {
  const found = kernels.of(channel);
  const bias = found?.part.bias[found.place];
  return bias === undefined ? "" : `, bias ${format(bias, 4)}`;
}

function sidesOf({ facts }: KernelPull): readonly [number, number, number] {
  const [height, width] = facts.peek()?.size ?? [1, 1];
  return [height, width, height * width];
}
