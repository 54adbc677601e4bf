/** A `network` packet: the graph of the recorded pass. */

import type { Extent, Network, NetworkNode } from "../findings";
import type { CodeTile, Family } from "../records";
import { list } from "./lists";
import { expect, float32, numberOr, numbers, type Packet, pair, record, text, uint8, whole } from "./packet";

export function readNetwork(packet: Packet): Network {
  const { facts } = expect(packet, "network");
  const thumbs = thumbsOf(packet);
  const nodes = list(facts.nodes).map((node) => nodeOf(record(node, "node"), thumbs));
  const totals = record(facts.totals, "totals");
  return {
    nodes,
    edges: list(facts.edges).map((edge) => edgeOf(edge, nodes.length)),
    totals: {
      parameters: numberOr(totals.parameters, 0),
      multiplyAdds: numberOr(totals.multiply_adds, 0),
      memory: numberOr(totals.memory, 0),
    },
  };
}

function nodeOf(facts: Record<string, unknown>, thumbs: readonly CodeTile[]): NetworkNode {
  const thumb = numberOr(facts.thumb, null);
  return {
    name: text(facts.name),
    kind: text(facts.kind),
    family: text(facts.family) as Family,
    shape: numbers(facts.shape, "shape"),
    parameters: numberOr(facts.parameters, 0),
    multiplyAdds: numberOr(facts.multiply_adds, 0),
    memory: numberOr(facts.memory, 0),
    receptiveField: extentOf(facts.receptive_field),
    stride: facts.effective_stride === null ? null : strideOf(facts.effective_stride),
    viewable: facts.viewable === true,
    channel: numberOr(facts.channel, null),
    thumb: thumb === null ? null : (thumbs[thumb] ?? null),
    inside: insideOf(facts.inside),
  };
}

function thumbsOf(packet: Packet): CodeTile[] {
  const lo = float32(packet, "lo");
  const hi = float32(packet, "hi", lo.length);
  if (lo.length === 0) return [];
  const size = pair(packet.facts.tile, "tile");
  const cells = size[0] * size[1];
  const codes = uint8(packet, "tiles", lo.length * cells);
  return Array.from(lo, (low, i) => ({
    ...{ size, codes: codes.subarray(i * cells, (i + 1) * cells), lo: low, hi: hi[i] ?? 0 },
  }));
}

function edgeOf(value: unknown, count: number): readonly [number, number] {
  const [from = Number.NaN, to = Number.NaN] = numbers(value, "edge");
  if (from >= -1 && from < count && to >= 0 && to < count) return [from, to];
  throw new Error("The packet's edge joins nodes that it does not have.");
}

function extentOf(value: unknown): Extent | null {
  const [height, width] = list(value).map((side) => (side === "all" ? side : numberOr(side, null)));
  return height == null || width == null ? null : [height, width];
}

function strideOf(value: unknown): readonly [number, number] | null {
  const [down, right] = list(value).map((side) => numberOr(side, null));
  return down == null || right == null ? null : [down, right];
}

function insideOf(value: unknown): readonly [number, number] | null {
  if (value === null || value === undefined) return null;
  const [first, last] = numbers(value, "inside");
  return [whole(first, "inside"), whole(last, "inside")];
}
