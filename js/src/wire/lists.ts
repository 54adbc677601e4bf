/** What only packets of the parts hold. */

import { numbers } from "./packet";

/** A list, empty where there is none. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Two finite numbers: the ends of a stretch. */
export function ends(value: unknown, what: string): readonly [number, number] {
  const [lo, hi] = numbers(value, what);
  if (Number.isFinite(lo) && Number.isFinite(hi)) return [lo as number, hi as number];
  throw new Error(`The packet's ${what} are not two numbers.`);
}
