/** How the cells of the made-up network come about: worked out here from its kernels and its maps. */

import type { Cell } from "../src/draw/query";
import { firstInput, kernelOf, specOf } from "./kernels";
import { type Encoded, encode, type LayerValues, quantise } from "./packets";

const INPUT = 224;

/** The layers of the block of a layer: convolution, norm and activation. */
function blockOf(layers: readonly LayerValues[], name: string): readonly LayerValues[] {
  const block = name.slice(0, name.lastIndexOf("."));
  return layers.filter(({ info }) => info.name.startsWith(`${block}.`));
}

export function stagesPacket(
  layers: readonly LayerValues[],
  { info }: LayerValues,
  channel: number,
  epoch = 0,
): Encoded {
  const block = blockOf(layers, info.name);
  const maps = block.map(({ info: { shape }, values }) => {
    const cells = shape[1] * shape[2];
    return values.subarray(channel * cells, (channel + 1) * cells);
  });
  const parts = maps.map(quantise);
  const stages = block.map(({ info: { name, kind, family, shape } }, i) => ({
    ...{ layer: name, kind, family, size: shape.slice(1) },
    cut: kind === "ReLU" ? shareBelow(maps[i - 1]) : null,
    min: parts[i]?.lo,
    max: parts[i]?.hi,
  }));
  const ends = [Math.min(...parts.map(({ lo }) => lo)), Math.max(...parts.map(({ hi }) => hi))];
  const facts = { epoch, layer: info.name, channels: [channel], ends, stages };
  const arrays = {
    tiles: Uint8Array.from(parts.flatMap(({ codes }) => [...codes])),
    lo: Float32Array.from(parts, ({ lo }) => lo),
    hi: Float32Array.from(parts, ({ hi }) => hi),
  };
  return encode("stages", facts, arrays, { tiles: [parts.length, info.shape[1], info.shape[2]] });
}

function shareBelow(values: Float32Array = new Float32Array(1)): number {
  return values.filter((value) => value < 0).length / values.length;
}

export function sumPacket(
  layers: readonly LayerValues[],
  layer: LayerValues,
  channel: number,
  cell: Cell,
  epoch = 0,
): Encoded {
  const place = layers.indexOf(layer);
  const source = layers[place - 1];
  if (layer.info.kind === "Conv2d") return convolved(layer, source, channel, cell, epoch);
  const before = source ? valueAt(source, channel, cell) : 0;
  const value = valueAt(layer, channel, cell);
  const x = before.toFixed(4);
  const steps = layer.info.kind === "ReLU" ? `max(0, ${x})` : `(${x} − 0) / √(1 + 0) × 1 + 0`;
  const facts = {
    ...{ epoch, layer: layer.info.name, channels: [channel], cell },
    operation: layer.info.kind === "ReLU" ? "activation" : "norm",
    source: source?.info.name ?? "",
    ...{ value, total: value, bias: null, size: [1, 1], inputs: [channel] },
    ...{ rows: [cell[0]], columns: [cell[1]], winner: null },
    formula: [steps, `= ${value.toFixed(4)}`],
    shape: [],
  };
  const none = new Float32Array(0);
  const arrays = { patch: Float32Array.of(before), kernel: none, partial: none };
  return encode("sum", facts, arrays, { patch: [1, 1, 1] });
}

function convolved(
  { info, values }: LayerValues,
  source: LayerValues | undefined,
  channel: number,
  cell: Cell,
  epoch: number,
): Encoded {
  const spec = specOf(info.name);
  const [high, wide] = spec.size;
  const side = source?.info.shape[1] ?? INPUT;
  const stride = Math.max(1, Math.round(side / info.shape[1]));
  const from = (at: number, cells: number) => at * stride - Math.floor(cells / 2);
  const rows = Array.from({ length: high }, (_, i) => from(cell[0], high) + i);
  const columns = Array.from({ length: wide }, (_, i) => from(cell[1], wide) + i);
  const first = firstInput(spec, channel, info.shape[0]);
  const inputs = Array.from({ length: spec.inputs }, (_, i) => first + i);
  const patch = Float32Array.from(
    inputs.flatMap((input) =>
      rows.flatMap((row) => columns.map((column) => reading(source, input, [row, column], side))),
    ),
  );
  const kernel = kernelOf(spec, channel);
  const cells = high * wide;
  const partial = Float32Array.from(inputs, (_, i) =>
    kernel
      .slice(i * cells, (i + 1) * cells)
      .reduce((sum, weight, at) => sum + weight * (patch[i * cells + at] ?? 0), 0),
  );
  const held = valueAt({ info, values }, channel, cell);
  // The maps are made up, not summed up: the bias makes good what is missing.
  const bias = Math.fround(held - partial.reduce((sum, part) => sum + part, 0));
  const total = partial.reduce((sum, part) => sum + part, bias);
  const facts = {
    ...{ epoch, layer: info.name, channels: [channel], cell, operation: "convolution" },
    ...{ source: source?.info.name ?? "", value: held, total, bias, size: spec.size },
    ...{ inputs, rows, columns, winner: null },
    formula: [],
    shape: [
      "⌊(in + 2 × padding − kernel) / stride⌋ + 1",
      `⌊(${side} + 2 × ${Math.floor(high / 2)} − ${high}) / ${stride}⌋ + 1 = ${info.shape[1]}`,
    ],
  };
  const shapes = { patch: [inputs.length, high, wide], kernel: [inputs.length, high, wide] };
  return encode("sum", facts, { patch, kernel, partial }, shapes);
}

/** What a convolution reads: 0 in the padding; ripples where it reads the image. */
function reading(source: LayerValues | undefined, input: number, cell: Cell, side: number): number {
  if (cell.some((at) => at < 0 || at >= side)) return 0;
  return source
    ? valueAt(source, input % source.info.shape[0], cell)
    : Math.sin(cell[0] / 9 + input) * Math.cos(cell[1] / 7);
}

function valueAt({ info, values }: LayerValues, channel: number, [row, column]: Cell): number {
  const [, height, width] = info.shape;
  return values[(channel * height + row) * width + column] || 0;
}
