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
  for (const [from, to] of edges) targets[from]?.push(to);
  const ranks = new Int32Array(count);
  targets.forEach((list, from) => {
    for (const to of list) ranks[to] = Math.max(ranks[to] ?? 0, (ranks[from] ?? 0) + 1);
  });
  const words = Math.ceil(count / 32);
  const reach = new Uint32Array(count * words);
  const implied = new Set<string>();
  for (let from = count - 1; from >= 0; from--) {
    // The nearest first: what they reach needs no edge of its own.
    for (const to of (targets[from] ?? []).sort((a, b) => a - b)) {
      const [word, bit] = [from * words + (to >> 5), 1 << (to & 31)];
      if ((reach[word] ?? 0) & bit) implied.add(`${from} ${to}`);
      else {
        for (let i = 0; i < words; i++) {
          reach[from * words + i] = (reach[from * words + i] ?? 0) | (reach[to * words + i] ?? 0);
        }
        reach[word] = (reach[word] ?? 0) | bit;
      }
    }
  }
  return edges.map(([from, to]) => ({
    span: (ranks[to] ?? 0) - (ranks[from] ?? 0),
    implied: implied.has(`${from} ${to}`),
  }));
}
