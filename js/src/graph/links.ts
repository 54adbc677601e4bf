/** The edges, level by level: each is drawn where its two ends part, and leads to the border of what it leaves or enters. */

import { type Blocks, INPUT, MODEL } from "./blocks";

export interface Links {
  /** From part to part of the block. */
  readonly within: readonly (readonly [number, number])[];
  /** Parts that something outside the block leads to, and parts that lead outside. */
  readonly enters: readonly number[];
  readonly leaves: readonly number[];
}

const NONE: Links = { within: [], enters: [], leaves: [] };

/** The edges within a block. */
export type LinksOf = (block: number) => Links;

export function linksOf(edges: readonly (readonly [number, number])[], blocks: Blocks): LinksOf {
  const levels = new Map<number, Level>();
  const at = (block: number) => {
    const level = levels.get(block) ?? new Level();
    levels.set(block, level);
    return level;
  };
  for (const [from, to] of edges) {
    const [ways, goals] = [pathTo(blocks, from), pathTo(blocks, to)];
    // From the outside in, until they part.
    while (ways.length > 1 && goals.length > 1 && ways.at(-1) === goals.at(-1)) {
      ways.pop();
      goals.pop();
    }
    const [start, end] = [ways.pop() ?? from, goals.pop() ?? to];
    if (start !== end) at(blocks.parent(start)).join(start, end);
    for (const part of ways) at(blocks.parent(part)).leaves.add(part);
    for (const part of goals) at(blocks.parent(part)).enters.add(part);
  }
  const links = new Map([...levels].map(([block, level]) => [block, level.links()]));
  return (block) => links.get(block) ?? NONE;
}

class Level {
  readonly enters = new Set<number>();
  readonly leaves = new Set<number>();
  readonly #within = new Map<string, readonly [number, number]>();

  join(from: number, to: number): void {
    this.#within.set(`${from} ${to}`, [from, to]);
  }

  links(): Links {
    return { within: [...this.#within.values()], enters: [...this.enters], leaves: [...this.leaves] };
  }
}

/** A node and the blocks around it, innermost first. */
function pathTo(blocks: Blocks, node: number): number[] {
  const path = [node];
  if (node === INPUT) return path;
  for (let block = blocks.parent(node); block !== MODEL; block = blocks.parent(block)) path.push(block);
  return path;
}
