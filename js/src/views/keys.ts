/** Which way an arrow key leads. */

const STEPS: Readonly<Record<string, readonly [down: number, right: number]>> = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
};

/** Rows and columns on, `undefined` for other keys. */
export function stepOf(key: string) {
  return STEPS[key];
}

/** One back or one on, where there is but one line; 0 for other keys. */
export function turnOf(key: string): number {
  const [down, right] = STEPS[key] ?? [0, 0];
  return down + right;
}
