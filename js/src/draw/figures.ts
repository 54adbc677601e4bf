/** Numbers as the rooms write them: large counts, and values in small cells. */

import { format } from "./number";

const MINUS = "\u2212";

/** A count in groups of three digits: `802 816`. */
export function counted(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

/** A value in at most six characters, for a small cell. */
export function brief(value: number): string {
  const size = Math.abs(value);
  if (size > 0 && size < 0.001) {
    const [digit, power] = size.toExponential(0).split("e-");
    return `${value < 0 ? MINUS : ""}${digit}e${MINUS}${power}`;
  }
  return format(value, size >= 100 ? 3 : size >= 0.1 ? 2 : 1);
}
