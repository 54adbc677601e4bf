/** Large counts in short, as in 25.6 M. */

import { format } from "./number";

const PREFIXES = ["", "k", "M", "G", "T", "P"];

/** Three significant digits and a prefix: `25.6 M`, `98 k`, and with a unit `9.41 MB`. */
export function short(value: number, unit = ""): string {
  if (!Number.isFinite(value) || value < 1) return [format(value, 3), unit].filter(Boolean).join(" ");
  let place = Math.min(PREFIXES.length - 1, Math.floor(Math.log10(value) / 3));
  // 999 950 is 1 M, not 1000 k.
  if (Number((value / 1000 ** place).toPrecision(3)) >= 1000 && place < PREFIXES.length - 1) place += 1;
  const digits = Number((value / 1000 ** place).toPrecision(3));
  return [format(digits, 3), `${PREFIXES[place]}${unit}`].filter(Boolean).join(" ");
}

/** All digits, in groups of three: `25,557,032`. */
export function exact(value: number): string {
  return value.toLocaleString("en");
}
