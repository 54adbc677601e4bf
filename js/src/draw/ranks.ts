/** Whether two rows of numbers put things in the same order. */

/** Spearman's rank correlation of the places where both are finite, -1 to 1; `null` where it is not defined. */
export function rankCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  const places = Array.from({ length: Math.min(a.length, b.length) }, (_, i) => i).filter(
    (i) => Number.isFinite(a[i]) && Number.isFinite(b[i]),
  );
  const [x, y] = [a, b].map((row) => ranksOf(places.map((i) => row[i] as number))) as [number[], number[]];
  // Ranks of n numbers have the mean (n - 1) / 2, whatever the ties.
  const mean = (places.length - 1) / 2;
  let [both, one, other] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [(x[i] as number) - mean, (y[i] as number) - mean];
    both += dx * dy;
    one += dx * dx;
    other += dy * dy;
  }
  return one > 0 && other > 0 ? both / Math.sqrt(one * other) : null;
}

/** Place of each number among all, from 0; equal ones share the mean of their places. */
export function ranksOf(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((i, j) => (values[i] as number) - (values[j] as number));
  const ranks = new Array<number>(values.length).fill(0);
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end + 1 < order.length && valueAt(end + 1) === valueAt(start)) end += 1;
    for (let i = start; i <= end; i++) ranks[order[i] as number] = (start + end) / 2;
    start = end + 1;
  }
  return ranks;

  function valueAt(place: number): number | undefined {
    return values[order[place] as number];
  }
}
