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
  /** Points it passes. */
  readonly points: readonly Point[];
  /** Whether it skips what other lines lead through: it runs beside all parts, with square corners. */
  readonly skip: boolean;
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
/** How far from the parts the shortest skip runs, and how much further one of double the span. */
const BESIDE = 12;
const FURTHER = 8;
/** How far below a part a skip leaves its line. */
const BRANCH = 8;

/**
 * Lay one block out. What a longer way implies needs no place of its own and runs beside: so a chain with
 * skips stays a chain, and a block that reads all that was before it does not take minutes.
 *
 * @param edges Pairs of parts in the order of the pass, `ABOVE` first and `BELOW` last.
 */
export function arrange(parts: readonly Part[], edges: readonly (readonly [number, number])[]): Level {
  const numbered = edges.map(([from, to]) => [numberOf(from, parts), numberOf(to, parts)] as const);
  const facts = studied(numbered, parts.length + 2);
  const graph = new Graph().setGraph({ rankdir: "TB", nodesep: GAP, ranksep: RANK_GAP, edgesep: GAP / 2 });
  graph.setDefaultEdgeLabel(() => ({}));
  parts.forEach(({ width, height }, i) => {
    graph.setNode(String(i), { width, height });
  });
  for (const [from, to] of edges) {
    for (const end of [from, to]) if (end < 0) graph.setNode(String(end), { width: 1, height: 1 });
  }
  edges.forEach(([from, to], i) => {
    if (!facts[i]?.implied) graph.setEdge(String(from), String(to), {});
  });
  for (const [from, to] of loose(parts.length, edges)) graph.setEdge(String(from), String(to), { weight: 0 });
  layout(graph);
  return read(graph, parts, edges, (i) => (facts[i]?.implied ? facts[i].span : 0));
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
  skipped: (i: number) => number,
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
    if (!part || !corner) return [top(end)[0], height - BRANCH];
    return [corner[0] + part.width, corner[1] + part.height / 2];
  };
  let reach = width;
  const lines = edges.map(([from, to], i): Line => {
    const span = skipped(i);
    if (span > 0) {
      const [[x, y], end] = [bottom(from), side(to)];
      const gutter = right + BESIDE + FURTHER * Math.log2(span);
      reach = Math.max(reach, gutter);
      return { from, to, skip: true, points: [[x, y + BRANCH], [gutter, y + BRANCH], [gutter, end[1]], end] };
    }
    const { points } = graph.edge(String(from), String(to)) as { points: { x: number; y: number }[] };
    const between = points.slice(1, -1).map(({ x, y }): Point => [x, y]);
    return { from, to, skip: false, points: [bottom(from), ...between, top(to)] };
  });
  const portAt = (name: number) => (graph.hasNode(String(name)) ? middle(name)[0] : width / 2);
  const level = { width, height, corners, lines, enter: portAt(ABOVE), leave: portAt(BELOW) };
  return widened(level, reach - width);
}

/** The same with more room on the right, where skips run, and as much on the left: so what is in line stays so. */
function widened(level: Level, by: number): Level {
  const right = ([x, y]: Point): Point => [x + by, y];
  return {
    width: level.width + 2 * by,
    height: level.height,
    corners: level.corners.map(right),
    lines: level.lines.map((line) => ({ ...line, points: line.points.map(right) })),
    enter: level.enter + by,
    leave: level.leave + by,
  };
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
