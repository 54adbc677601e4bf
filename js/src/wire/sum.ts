/** A `sum` packet. */

import type { Sum } from "../findings";
import { list } from "./lists";
import { expect, float32, numberOr, numbers, type Packet, pair, text, whole } from "./packet";

export function readSum(packet: Packet): Sum {
  const { facts } = expect(packet, "sum");
  const size = pair(facts.size, "size");
  const inputs = numbers(facts.inputs, "inputs");
  const [channel = 0] = numbers(facts.channels, "channels");
  const [row, column] = numbers(facts.cell, "cell");
  const rows = numbers(facts.rows, "rows");
  const columns = numbers(facts.columns, "columns");
  const cells = inputs.length * size[0] * size[1];
  return {
    epoch: whole(facts.epoch, "epoch"),
    layer: text(facts.layer),
    channel,
    cell: [whole(row, "cell"), whole(column, "cell")],
    operation: text(facts.operation),
    source: typeof facts.source === "string" ? facts.source : null,
    value: numberOr(facts.value, Number.NaN),
    total: numberOr(facts.total, Number.NaN),
    bias: numberOr(facts.bias, null),
    size,
    inputs,
    rows,
    columns,
    winner: winnerOf(facts.winner),
    formula: linesOf(facts.formula),
    shape: linesOf(facts.shape),
    patch: float32(packet, "patch", cells),
    kernel: some(packet, "kernel", cells),
    partial: some(packet, "partial", inputs.length),
  };
}

/** So many numbers, or none. */
function some(packet: Packet, name: string, count: number): Float32Array {
  return float32(packet, name, packet.arrays.get(name)?.data.length === 0 ? 0 : count);
}

function winnerOf(value: unknown): readonly [number, number, number] | null {
  if (!Array.isArray(value)) return null;
  const [input, row, column] = value.map((place) => whole(place, "winner"));
  return [input ?? 0, row ?? 0, column ?? 0];
}

function linesOf(value: unknown): readonly string[] {
  return list(value).filter((line) => typeof line === "string");
}
