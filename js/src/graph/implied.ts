/** Edges that a longer way implies: a network without them hangs together as before. */

/** Numbers of nodes in order: every edge leads from a smaller to a larger one. */
type Edge = readonly [number, number];

/**
 * For each edge how many ranks it spans, and whether another way leads from its start to its end.
 *
 * @param count Number of nodes.
 */
export function studied(edges: readonly Edge[], count: number): { span: number; implied: boolean }[] {
  const targets: number[][] = Array.from({ length: count }, () => []);
  // The nearest first: what they reach needs no edge of its own.
  for (const [from, to] of [...edges].sort((a, b) => a[1] - b[1])) targets[from]?.push(to);
  const ranks = ranksOf(targets);
  const reach = new Reach(count);
  const implied = new Set<string>();
  for (let from = count - 1; from >= 0; from--) {
    for (const to of targets[from] ?? []) {
      if (reach.has(from, to)) implied.add(`${from} ${to}`);
      else reach.add(from, to);
    }
  }
  return edges.map(([from, to]) => ({
    span: (ranks[to] ?? 0) - (ranks[from] ?? 0),
    implied: implied.has(`${from} ${to}`),
  }));
}

/** How many edges the longest way to each node has. */
function ranksOf(targets: readonly (readonly number[])[]): Int32Array {
  const ranks = new Int32Array(targets.length);
  targets.forEach((list, from) => {
    for (const to of list) ranks[to] = Math.max(ranks[to] ?? 0, (ranks[from] ?? 0) + 1);
  });
  return ranks;
}

/** Which nodes each node leads to, a bit each. */
class Reach {
  readonly #words: number;
  readonly #bits: Uint32Array;

  constructor(count: number) {
    this.#words = Math.ceil(count / 32);
    this.#bits = new Uint32Array(count * this.#words);
  }

  has(from: number, to: number): boolean {
    return ((this.#bits[from * this.#words + (to >> 5)] ?? 0) & (1 << (to & 31))) !== 0;
  }

  /** A node leads to another, and to all that this one leads to. */
  add(from: number, to: number): void {
    for (let word = 0; word < this.#words; word++)
      this.#set(from, word, this.#bits[to * this.#words + word] ?? 0);
    this.#set(from, to >> 5, 1 << (to & 31));
  }

  #set(node: number, word: number, bits: number): void {
    const at = node * this.#words + word;
    this.#bits[at] = (this.#bits[at] ?? 0) | bits;
  }
}
