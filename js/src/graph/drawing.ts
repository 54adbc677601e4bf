/** The whole graph with some blocks open: where each node stands and how the lines run. */

import { type Blocks, INPUT, MODEL } from "./blocks";
import { ABOVE, arrange, BELOW, type Level, type Line, type Part, type Point } from "./level";
import type { LinksOf } from "./links";

/** A node or an open block, in pixels of the drawing. */
export interface Placed {
  readonly node: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** How many blocks are around it. */
  readonly depth: number;
  /** Whether it is a block whose parts are drawn within. */
  readonly open: boolean;
}

/** A line between nodes; where it ends at the border of the block it is in, it names the block. */
export type Route = Line;

export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** A block before what is in it, else from the top down. */
  readonly placed: readonly Placed[];
  readonly routes: readonly Route[];
}

/** Size of a node, of the input, and of what an open block has around its parts. */
export const NODE = { width: 232, height: 44 };
const SMALL = { width: 120, height: 24 };
export const HEAD = 26;
const PAD = 12;

/** Most arrangements of blocks that are remembered. */
const MOST = 500;

/** Draws one network again and again, with other blocks open; blocks that are alike are laid out once. */
export class Draughtsman {
  readonly #known = new Map<string, Level>();
  /** Of the drawing that is being made. */
  readonly #levels = new Map<number, Level>();

  constructor(
    readonly blocks: Blocks,
    readonly linksOf: LinksOf,
  ) {}

  draw(open: ReadonlySet<number>): Drawing {
    this.#levels.clear();
    const sheet: Sheet = { placed: [], routes: [], open };
    const level = this.#level(MODEL, open);
    this.#put(MODEL, level, [0, 0], 0, sheet);
    return { width: level.width, height: level.height, placed: sheet.placed, routes: sheet.routes };
  }

  #level(block: number, open: ReadonlySet<number>): Level {
    const level = this.#levels.get(block) ?? this.#arranged(block, open);
    this.#levels.set(block, level);
    return level;
  }

  #arranged(block: number, open: ReadonlySet<number>): Level {
    const own = this.blocks.parts.get(block) ?? [];
    const parts = own.map((part) => this.#part(part, open));
    const place = new Map(own.map((part, i) => [part, i]));
    const number = (part: number) => place.get(part) ?? 0;
    const { within, enters, leaves } = this.linksOf(block);
    const edges = [
      ...enters.map((part) => [ABOVE, number(part)] as const),
      ...within.map(([from, to]) => [number(from), number(to)] as const),
      ...leaves.map((part) => [number(part), BELOW] as const),
    ];
    const key = JSON.stringify([parts, edges]);
    const level = this.#known.get(key) ?? arrange(parts, edges);
    if (this.#known.size > MOST) this.#known.clear();
    this.#known.set(key, level);
    return level;
  }

  #part(node: number, open: ReadonlySet<number>): Part {
    if (!isOpen(node, open, this.blocks)) {
      const { width, height } = node === INPUT ? SMALL : NODE;
      return { width, height, enter: width / 2, leave: width / 2 };
    }
    const level = this.#level(node, open);
    const left = leftOf(level);
    return {
      width: level.width + 2 * left,
      height: level.height + HEAD + PAD,
      enter: level.enter + left,
      leave: level.leave + left,
    };
  }

  #put(block: number, level: Level, [left, top]: Point, depth: number, sheet: Sheet): void {
    const own = this.blocks.parts.get(block) ?? [];
    own.forEach((node, i) => {
      const [x, y] = level.corners[i] ?? [0, 0];
      const opened = isOpen(node, sheet.open, this.blocks);
      const { width, height } = this.#part(node, sheet.open);
      sheet.placed.push({ node, x: left + x, y: top + y, width, height, depth, open: opened });
      if (!opened) return;
      const inner = this.#level(node, sheet.open);
      this.#put(node, inner, [left + x + leftOf(inner), top + y + HEAD], depth + 1, sheet);
    });
    for (const line of level.lines) {
      sheet.routes.push({
        ...line,
        from: own[line.from] ?? block,
        to: own[line.to] ?? block,
        points: line.points.map(([x, y]): Point => [left + x, top + y]),
      });
    }
  }
}

interface Sheet {
  readonly placed: Placed[];
  readonly routes: Route[];
  readonly open: ReadonlySet<number>;
}

function isOpen(node: number, open: ReadonlySet<number>, { parts }: Blocks): boolean {
  return open.has(node) && parts.has(node);
}

/** Room beside the parts of a block: its title needs the width of a node. */
function leftOf(level: Level): number {
  return Math.max(PAD, (NODE.width + 2 * PAD - level.width) / 2);
}

/** How round the corners of a skip are. */
const ROUND = 6;

/** A line as an SVG path: bent like an S from point to point; a skip with rounded corners. */
export function pathOf({ points, skip }: Pick<Route, "points" | "skip">): string {
  const at = ([x, y]: Point) => `${x.toFixed(1)} ${y.toFixed(1)}`;
  const [start = [0, 0] as Point, ...rest] = points;
  if (skip) {
    const [[gutter, top] = start, [, bottom] = start, end = start] = rest;
    const down = `H${gutter - ROUND}Q${at([gutter, top])} ${at([gutter, top + ROUND])}V${bottom - ROUND}`;
    return `M${at(start)}${down}Q${at([gutter, bottom])} ${at([gutter - ROUND, bottom])}H${end[0]}`;
  }
  let [x, y] = start;
  return rest.reduce(
    (path, [toX, toY]) => {
      const middle = (y + toY) / 2;
      const step = `C${at([x, middle])} ${at([toX, middle])} ${at([toX, toY])}`;
      [x, y] = [toX, toY];
      return path + step;
    },
    `M${at(start)}`,
  );
}
