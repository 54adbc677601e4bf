/** The table of layers: its columns, their order and what they hold. */

import { times } from "../draw/number";
import { exact, short } from "../draw/si";
import type { Extent, NetworkNode } from "../findings";

export const COLUMNS = [
  "name",
  "kind",
  "output",
  "parameters",
  "multiply-adds",
  "memory",
  "receptive field",
  "stride",
] as const;

export type Column = (typeof COLUMNS)[number];

/** By which column, and whether the largest come first; `null` for the order of the pass. */
export type Order = { readonly column: Column; readonly down: boolean } | null;

/** A cell as it is read, and in full. */
interface Entry {
  readonly text: string;
  readonly full: string;
}

const UNKNOWN: Entry = { text: "–", full: "not known" };

export function entryOf(node: NetworkNode, column: Column): Entry {
  switch (column) {
    case "name":
    case "kind":
      return { text: node[column], full: node[column] };
    case "output":
      return { text: times(node.shape), full: times(node.shape) };
    case "parameters":
      return counted(node.parameters);
    case "multiply-adds":
      return counted(node.multiplyAdds);
    case "memory":
      return counted(node.memory, "B");
    case "receptive field":
      return node.receptiveField ? extent(node.receptiveField) : UNKNOWN;
    case "stride":
      return node.stride ? extent(node.stride) : UNKNOWN;
  }
}

/** A count in short and in all its digits; nothing where there is none. */
export function counted(value: number, unit = ""): Entry {
  const full = `${exact(value)} ${unit === "B" ? "bytes" : ""}`.trim();
  return { text: value === 0 ? "" : short(value, unit), full };
}

function extent(sides: Extent): Entry {
  const [height, width] = sides.map((side) => (side === "all" ? side : exact(Number(side.toPrecision(4)))));
  if (height === "all" && width === "all") return { text: "all", full: "the whole image" };
  return {
    text: height === width ? `${height}` : `${height} × ${width}`,
    full: `${height} × ${width} pixels`,
  };
}

/** The order after a click on the head of a column: what is large or first in the alphabet, the reverse, none. */
export function turned(order: Order, column: Column): Order {
  const first = column !== "name" && column !== "kind";
  if (order?.column !== column) return { column, down: first };
  return order.down === first ? { column, down: !first } : null;
}

/** The places of nodes in this order; what is not known comes last. */
export function sorted(nodes: readonly NetworkNode[], places: readonly number[], order: Order): number[] {
  if (!order) return [...places];
  const { column, down } = order;
  const keys = new Map(places.map((place) => [place, keyOf(nodes[place] as NetworkNode, column)]));
  return [...places].sort((a, b) => {
    const [left, right] = [keys.get(a) ?? null, keys.get(b) ?? null];
    if (left === null || right === null) return Number(left === null) - Number(right === null) || a - b;
    return (down ? -1 : 1) * compare(left, right) || a - b;
  });
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === "number" && typeof b === "number") return a === b ? 0 : a - b;
  return String(a).localeCompare(String(b), "en", { numeric: true });
}

function keyOf(node: NetworkNode, column: Column): string | number | null {
  switch (column) {
    case "name":
    case "kind":
      return node[column];
    case "output":
      return product(node.shape);
    case "parameters":
      return node.parameters;
    case "multiply-adds":
      return node.multiplyAdds;
    case "memory":
      return node.memory;
    case "receptive field":
      return node.receptiveField && product(node.receptiveField);
    case "stride":
      return node.stride && product(node.stride);
  }
}

function product(sides: readonly (number | "all")[]): number {
  return sides.reduce<number>((area, side) => area * (side === "all" ? Number.POSITIVE_INFINITY : side), 1);
}
