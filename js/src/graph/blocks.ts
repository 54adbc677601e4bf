/** Which calls stand within which: the tree that folds. */

import type { NetworkNode } from "../findings";

/** The input's place among the nodes, as edges name it. */
export const INPUT = -1;
/** What holds the input and all that nothing else holds. */
export const MODEL = -2;

export interface Blocks {
  /** What each block holds directly, in the order of the pass; of `MODEL`, the input first. */
  readonly parts: ReadonlyMap<number, readonly number[]>;
  /** The block that holds a node directly. */
  parent(node: number): number;
}

export function blocksOf(nodes: readonly NetworkNode[]): Blocks {
  const parents = new Int32Array(nodes.length).fill(MODEL);
  // Wide ranges first: what is narrower stands within, and has the last word.
  const ranges = nodes
    .flatMap(({ inside }, block) => (inside ? [{ block, first: inside[0], last: inside[1] }] : []))
    .sort((a, b) => b.last - b.first - (a.last - a.first));
  for (const { block, first, last } of ranges) {
    for (let node = first; node <= Math.min(last, nodes.length - 1); node++) {
      if (node !== block) parents[node] = block;
    }
  }
  const parts = new Map<number, number[]>([[MODEL, [INPUT]]]);
  parents.forEach((parent, node) => {
    const own = parts.get(parent);
    if (own) own.push(node);
    else parts.set(parent, [node]);
  });
  return { parts, parent: (node) => parents[node] ?? MODEL };
}

/** The blocks around a node, innermost first. */
export function around(blocks: Blocks, node: number): number[] {
  const found: number[] = [];
  for (let at = blocks.parent(node); at !== MODEL; at = blocks.parent(at)) found.push(at);
  return found;
}

/** What stands for a node while only some blocks are open: itself, or the outermost closed block around it. */
export function shownAs(blocks: Blocks, open: ReadonlySet<number>, node: number): number {
  return around(blocks, node).reduce((shown, block) => (open.has(block) ? shown : block), node);
}

/** How many nodes are worth showing at first, and how many at most. */
const ENOUGH = 7;
const TOO_MANY = 40;

/** The blocks that are open at first: the outermost, until there is something to see. */
export function openAtFirst({ parts }: Blocks): Set<number> {
  const open = new Set<number>();
  let shown = [...(parts.get(MODEL) ?? [])];
  while (shown.length < ENOUGH) {
    const size = (node: number) => parts.get(node)?.length ?? 0;
    const next = shown.reduce((best, node) => (size(node) > size(best) ? node : best), INPUT);
    if (size(next) === 0 || shown.length + size(next) > TOO_MANY) break;
    open.add(next);
    shown = shown.flatMap((node) => (node === next ? (parts.get(node) ?? []) : [node]));
  }
  return open;
}

/** How many layers with nothing inside a block holds, at any depth. */
export function layersIn(blocks: Blocks, block: number): number {
  const own = blocks.parts.get(block);
  return own ? own.reduce((sum, part) => sum + layersIn(blocks, part), 0) : 1;
}
