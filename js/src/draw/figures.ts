/** Numbers as the rooms write them: values in small cells, and those that may not be finite. */

import { format } from "./number";

const MINUS = "\u2212";

/** From here on the digits before the point are more than five. */
const LONG = 99_999.5;

/** A value in at most six characters, for a small cell. */
export function brief(value: number): string {
  const size = Math.abs(value);
  if (size >= LONG && Number.isFinite(size)) {
    const [digits, power] = size.toExponential(size < 1e10 ? 1 : 0).split("e+");
    return `${value < 0 ? MINUS : ""}${Number(digits)}e${power}`;
  }
  if (size > 0 && size < 0.001) {
    const [digit, power] = size.toExponential(0).split("e-");
    return `${value < 0 ? MINUS : ""}${digit}e${MINUS}${power}`;
  }
  return format(value, size >= 100 ? 3 : size >= 0.1 ? 2 : 1);
}

/** A value that the kernel does not send where it is NaN or infinite. */
export function finite(value: number, digits?: number): string {
  return Number.isFinite(value) ? format(value, digits) : "not finite";
}
