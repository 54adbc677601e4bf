/** Where the parts of one block stand, and how the lines between them run: from the top down. */

import { Graph, layout } from "@dagrejs/dagre";
import { studied } from "./implied";

/** x to the right and y down, in pixels. */
export type Point = readonly [x: number, y: number];

/** A part: its size, and where along its upper and lower border lines arrive and leave. */
export interface Part {
  readonly width: number;
  readonly height: number;
  readonly enter: number;
  readonly leave: number;
}

/** A line between parts by their numbers; `ABOVE` and `BELOW` are the borders of the block. */
export interface Line {
  readonly from: number;
  readonly to: number;
  /** Points it passes; of an arc, the four of a Bézier curve. */
  readonly points: readonly Point[];
  /** Drawn as an arc, since other lines lead the same way and there are too many to make room for. */
  readonly arc: boolean;
}

export interface Level {
  readonly width: number;
  readonly height: number;
  /** Upper left corner of each part. */
  readonly corners: readonly Point[];
  readonly lines: readonly Line[];
  /** Where lines come in and go out. */
  readonly enter: number;
  readonly leave: number;
}

export const ABOVE = -1;
export const BELOW = -2;

const GAP = 20;
const RANK_GAP = 22;
/** Ranks that all implied edges together may span before they become arcs: each rank is a node more to lay out. */
const ROOM = 240;
/** How far the shortest arc stands off, and how much further one of double the span. */
const ARC = 10;
const FURTHER = 9;

/** @param edges Pairs of parts in the order of the pass, `ABOVE` first and `BELOW` last. */
export function arrange(parts: readonly Part[], edges: readonly (readonly [number, number])[]): Level {
  const numbered = edges.map(([from, to]) => [numberOf(from, parts), numberOf(to, parts)] as const);
  const facts = studied(numbered, parts.length + 2);
  const cost = facts.reduce((sum, { span, implied }) => sum + (implied ? span : 0), 0);
  const isArc = (i: number) => cost > ROOM && facts[i]?.implied === true;
  const graph = new Graph().setGraph({ rankdir: "TB", nodesep: GAP, ranksep: RANK_GAP, edgesep: GAP / 2 });
  graph.setDefaultEdgeLabel(() => ({}));
  parts.forEach(({ width, height }, i) => {
    graph.setNode(String(i), { width, height });
  });
  for (const [from, to] of edges) {
    for (const end of [from, to]) if (end < 0) graph.setNode(String(end), { width: 1, height: 1 });
  }
  edges.forEach(([from, to], i) => {
    if (!isArc(i)) graph.setEdge(String(from), String(to), {});
  });
  for (const [from, to] of loose(parts.length, edges)) graph.setEdge(String(from), String(to), { weight: 0 });
  layout(graph);
  return read(graph, parts, edges, (i) => (isArc(i) ? (facts[i]?.span ?? 1) : 0));
}

function numberOf(end: number, parts: readonly Part[]): number {
  return end === ABOVE ? 0 : end === BELOW ? parts.length + 1 : end + 1;
}

/** Parts that nothing is joined to would all stand side by side: each is hung below the one before. */
function loose(count: number, edges: readonly (readonly [number, number])[]): [number, number][] {
  const joined = new Set(edges.flat());
  const alone = Array.from({ length: count }, (_, part) => part).filter((part) => !joined.has(part));
  return alone.filter((part) => part > 0).map((part) => [part - 1, part]);
}

function read(
  graph: Graph,
  parts: readonly Part[],
  edges: readonly (readonly [number, number])[],
  arcSpan: (i: number) => number,
): Level {
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  const middle = (name: number): Point => {
    const { x, y } = graph.node(String(name)) as { x: number; y: number };
    return [x, y];
  };
  const corners = parts.map((part, i): Point => {
    const [x, y] = middle(i);
    return [x - part.width / 2, y - part.height / 2];
  });
  const bottom = (end: number): Point => ported(end, parts, corners, "leave") ?? [middle(end)[0], 0];
  const top = (end: number): Point => ported(end, parts, corners, "enter") ?? [middle(end)[0], height];
  const right = Math.max(0, ...parts.map((part, i) => (corners[i]?.[0] ?? 0) + part.width));
  const side = (end: number): Point => {
    const [part, corner] = [parts[end], corners[end]];
    if (!part || !corner) return end === ABOVE ? bottom(end) : top(end);
    return [corner[0] + part.width, corner[1] + part.height / 2];
  };
  let reach = width;
  const lines = edges.map(([from, to], i): Line => {
    const span = arcSpan(i);
    if (span > 0) {
      const [start, end] = [side(from), side(to)];
      const off = right + (4 / 3) * (ARC + FURTHER * Math.log2(span));
      reach = Math.max(reach, right + ARC + FURTHER * Math.log2(span));
      return { from, to, arc: true, points: [start, [off, start[1]], [off, end[1]], end] };
    }
    const { points } = graph.edge(String(from), String(to)) as { points: { x: number; y: number }[] };
    const between = points.slice(1, -1).map(({ x, y }): Point => [x, y]);
    return { from, to, arc: false, points: [bottom(from), ...between, top(to)] };
  });
  const portAt = (name: number) => (graph.hasNode(String(name)) ? middle(name)[0] : width / 2);
  return { width: reach, height, corners, lines, enter: portAt(ABOVE), leave: portAt(BELOW) };
}

/** Where lines leave or enter a part. */
function ported(
  end: number,
  parts: readonly Part[],
  corners: readonly Point[],
  port: "enter" | "leave",
): Point | null {
  const [part, corner] = [parts[end], corners[end]];
  if (!part || !corner) return null;
  return [corner[0] + part[port], corner[1] + (port === "leave" ? part.height : 0)];
}
