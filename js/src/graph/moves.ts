/** Where the arrow keys lead in a drawing: up and down along the lines, sideways to what stands beside. */

import { type Blocks, INPUT, MODEL, shownAs } from "./blocks";
import type { Drawing, Placed } from "./drawing";

type Edges = readonly (readonly [number, number])[];

/** Where a key leads from a node, `null` where there is nothing. */
export class Moves {
  readonly #placed: ReadonlyMap<number, Placed>;
  readonly #after = new Map<number, Set<number>>();
  readonly #before = new Map<number, Set<number>>();

  constructor(
    readonly drawing: Drawing,
    readonly blocks: Blocks,
    edges: Edges,
    open: ReadonlySet<number>,
  ) {
    this.#placed = new Map(drawing.placed.map((placed) => [placed.node, placed]));
    const shown = (node: number) => (node === INPUT ? INPUT : shownAs(blocks, open, node));
    for (const [from, to] of edges) {
      const [tail, head] = [shown(from), shown(to)];
      if (tail === head) continue;
      add(this.#after, tail, head);
      add(this.#before, head, tail);
    }
  }

  from(node: number, [down, right]: readonly [down: number, right: number]): number | null {
    const here = this.#placed.get(node);
    if (!here) return this.drawing.placed[0]?.node ?? null;
    if (right < 0) return this.#beside(here, -1) ?? this.#around(node);
    if (right > 0) return here.open ? this.#first(node) : this.#beside(here, 1);
    return here.open ? this.#along(here, down) : this.#nearest(here, down > 0 ? this.#after : this.#before);
  }

  /** From an open block: into it, or to what leads to it. */
  #along(block: Placed, down: number): number | null {
    const first = this.#first(block.node);
    if (down > 0 || first === null) return first;
    const start = this.#placed.get(first);
    const found = start?.open ? this.#along(start, -1) : start && this.#nearest(start, this.#before);
    return found ?? null;
  }

  #first(block: number): number | null {
    return this.blocks.parts.get(block)?.find((part) => this.#placed.has(part)) ?? null;
  }

  #around(node: number): number | null {
    const block = node === INPUT ? MODEL : this.blocks.parent(node);
    return block === MODEL ? null : block;
  }

  #nearest(here: Placed, ways: ReadonlyMap<number, ReadonlySet<number>>): number | null {
    const goals = [...(ways.get(here.node) ?? [])].flatMap((node) => this.#placed.get(node) ?? []);
    return best(goals, (goal) => Math.abs(goal.y - here.y) + Math.abs(middle(goal) - middle(here)) / 1000);
  }

  #beside(here: Placed, way: number): number | null {
    const level = this.drawing.placed.filter(
      (other) =>
        !other.open &&
        (middle(other) - middle(here)) * way > 1 &&
        other.y < here.y + here.height &&
        here.y < other.y + other.height,
    );
    return here.open ? null : best(level, (other) => Math.abs(middle(other) - middle(here)));
  }
}

function middle({ x, width }: Placed): number {
  return x + width / 2;
}

function best(found: readonly Placed[], cost: (placed: Placed) => number): number | null {
  const costs = found.map(cost);
  return found[costs.indexOf(Math.min(...costs))]?.node ?? null;
}

function add(map: Map<number, Set<number>>, key: number, value: number): void {
  const known = map.get(key);
  if (known) known.add(value);
  else map.set(key, new Set([value]));
}
