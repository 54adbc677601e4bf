import { describe, expect, test } from "vitest";
import { densenet, networkPacket, resnet } from "../../demo/network";
import type { Network } from "../findings";
import { readNetwork } from "../wire/network";
import { decode } from "../wire/packet";
import { around, blocksOf, INPUT, layersIn, MODEL, openAtFirst, shownAs } from "./blocks";
import { Draughtsman, type Drawing, type Placed, pathOf } from "./drawing";
import { linksOf } from "./links";

function readOf(trace: Parameters<typeof networkPacket>[0]): Network {
  const { header, body } = networkPacket(trace);
  return readNetwork(decode(header, body));
}

function partsOf(network: Network) {
  const blocks = blocksOf(network.nodes);
  const all = new Set(blocks.parts.keys());
  const placeOf = (name: string) => network.nodes.findIndex((node) => node.name === name);
  return {
    network,
    blocks,
    all,
    placeOf,
    draughtsman: new Draughtsman(blocks, linksOf(network.edges, blocks)),
  };
}

const small = partsOf(readOf(resnet([2, 1, 1, 1])));
const dense = partsOf(readOf(densenet([6, 12, 24, 16])));
const drawings: [string, typeof small, ReadonlySet<number>][] = [
  ["a ResNet, folded", small, new Set()],
  ["a ResNet, one stage unfolded", small, new Set([small.placeOf("layer1")])],
  ["a ResNet, unfolded", small, small.all],
  ["a DenseNet, unfolded", dense, dense.all],
];

const right = ({ x, width }: Placed) => x + width;
const bottom = ({ y, height }: Placed) => y + height;

function isWithin(inner: Placed, outer: Placed): boolean {
  return (
    inner.x >= outer.x && inner.y >= outer.y && right(inner) <= right(outer) && bottom(inner) <= bottom(outer)
  );
}

function overlap(a: Placed, b: Placed): boolean {
  return a.x < right(b) && b.x < right(a) && a.y < bottom(b) && b.y < bottom(a);
}

/** The nodes that can be reached from a node along drawn lines; a block hands on what comes to its border. */
function reached({ routes, placed }: Drawing, blocks: typeof small.blocks, start: number): Set<number> {
  const opened = new Set(placed.filter(({ open }) => open).map(({ node }) => node));
  // An open block has a side where lines come in, and one where they go out.
  const side = (end: number, other: number, [within, beyond]: readonly [string, string]) => {
    if (!opened.has(end)) return `${end}`;
    return `${end} ${blocks.parent(other) === end || end === other ? within : beyond}`;
  };
  const next = new Map<string, string[]>();
  for (const { from, to } of routes) {
    const tail = side(from, to, ["in", "out"]);
    next.set(tail, [...(next.get(tail) ?? []), side(to, from, ["out", "in"])]);
  }
  const found = new Set([String(start)]);
  for (const at of found) for (const to of next.get(at) ?? []) found.add(to);
  return new Set([...found].map((name) => Number.parseInt(name, 10)));
}

describe.each(drawings)("%s", (_, { network, blocks, draughtsman }, open) => {
  const drawing = draughtsman.draw(open);
  const byNode = new Map(drawing.placed.map((placed) => [placed.node, placed]));

  test("shows each layer once: itself, or the closed block around it", () => {
    expect(byNode.size).toBe(drawing.placed.length);
    network.nodes.forEach((__, node) => {
      const shown = byNode.get(shownAs(blocks, open, node));
      expect(shown).toBeDefined();
      if (shown?.open) expect(open.has(shown.node)).toBe(true);
    });
  });

  test("has no overlaps, and each block around its parts", () => {
    const shown = drawing.placed;
    for (const [i, a] of shown.entries()) {
      expect(a.x).toBeGreaterThanOrEqual(0);
      expect(right(a)).toBeLessThanOrEqual(drawing.width + 0.01);
      for (const b of shown.slice(i + 1)) {
        if (blocks.parent(a.node) === blocks.parent(b.node)) expect(overlap(a, b)).toBe(false);
      }
      const holder = byNode.get(blocks.parent(a.node));
      if (holder) expect(isWithin(a, holder)).toBe(true);
    }
  });

  test("joins what the network joins: every edge can be followed along the lines", () => {
    const sources = new Set(network.edges.map(([from]) => from));
    for (const source of [...sources].filter((__, i) => i % 7 === 0)) {
      const found = reached(drawing, blocks, shownAs(blocks, open, source));
      for (const [from, to] of network.edges) {
        if (from === source) expect(found).toContain(shownAs(blocks, open, to));
      }
    }
  });

  test("has lines that end at the nodes they join, from the top down", () => {
    for (const { from, to, points, skip } of drawing.routes) {
      const [start, end] = [points[0] ?? [0, 0], points.at(-1) ?? [0, 0]];
      expect(end[1]).toBeGreaterThanOrEqual(start[1]);
      if (skip) continue;
      const [tail, head] = [byNode.get(from), byNode.get(to)];
      if (tail && blocks.parent(to) !== from) expect(start[1]).toBeCloseTo(bottom(tail));
      if (head && blocks.parent(from) !== to) expect(end[1]).toBeCloseTo(head.y);
    }
  });
});

test("a ResNet starts with about ten nodes", () => {
  const drawing = small.draughtsman.draw(openAtFirst(small.blocks));
  expect(drawing.placed.map(({ node }) => small.network.nodes[node]?.name ?? "input")).toEqual([
    ...["input", "conv1", "bn1", "relu", "maxpool"],
    ...["layer1", "layer2", "layer3", "layer4", "avgpool", "flatten", "fc"],
  ]);
});

test("what is wrapped once is unwrapped at first", () => {
  const open = openAtFirst(dense.blocks);
  expect([...open]).toEqual([dense.placeOf("features")]);
});

test("a skip runs beside all that it skips, and the rest stays in line", () => {
  const { draughtsman, placeOf, all } = small;
  const { placed, routes } = draughtsman.draw(all);
  const block = placeOf("layer1.1");
  const skip = routes.find(({ from, to }) => from === block && to === placeOf("layer1.1.add"));
  const own = ["conv1", "bn1", "relu", "conv2", "bn2", "conv3", "add"].map(
    (name) => placed.find(({ node }) => node === placeOf(`layer1.1.${name}`)) as Placed,
  );
  expect(skip?.skip).toBe(true);
  expect(new Set(own.map(({ x }) => x)).size).toBe(1);
  for (const part of own) expect(skip?.points[1]?.[0]).toBeGreaterThan(right(part));
});

test("where everything reads everything, the chain is laid out and the rest runs beside it", () => {
  const { draughtsman, placeOf } = dense;
  const block = placeOf("features.denseblock3");
  const { routes } = draughtsman.draw(new Set([placeOf("features"), block]));
  const [first, second, third] = [1, 2, 3].map((i) => placeOf(`features.denseblock3.denselayer${i}`));
  const line = (from?: number, to?: number) => routes.find((route) => route.from === from && route.to === to);
  expect(line(first, second)?.skip).toBe(false);
  expect(line(first, third)?.skip).toBe(true);
});

test("a line is a path from its first point to its last", () => {
  const points = [
    [10, 0],
    [10, 20],
    [30, 40],
  ] as const;
  expect(pathOf({ points, skip: false })).toMatch(/^M10.0 0.0C.*30.0 40.0$/);
  const skip = [
    [10, 8],
    [50, 8],
    [50, 90],
    [20, 90],
  ] as const;
  expect(pathOf({ points: skip, skip: true })).toMatch(/^M10.0 8.0H44.*V84.*H20$/);
});

test("the tree knows what is around what", () => {
  const { blocks, placeOf } = small;
  const conv = placeOf("layer1.0.conv1");
  expect(around(blocks, conv)).toEqual([placeOf("layer1.0"), placeOf("layer1")]);
  expect(blocks.parent(placeOf("fc"))).toBe(MODEL);
  expect(blocks.parts.get(MODEL)?.[0]).toBe(INPUT);
  expect(layersIn(blocks, placeOf("layer2"))).toBe(12);
  expect(shownAs(blocks, new Set([placeOf("layer1")]), conv)).toBe(placeOf("layer1.0"));
  expect(shownAs(blocks, new Set([placeOf("layer1.0")]), conv)).toBe(placeOf("layer1"));
});
