/** Numbers as people read them. */

const MINUS = "\u2212";

/** A value with up to `digits` significant digits, trailing zeros trimmed, with a real minus sign. */
export function format(value: number | undefined, digits = 5): string {
  if (value === undefined || Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : `${MINUS}∞`;
  if (value === 0) return "0";
  const size = Math.abs(value);
  const plain = size >= 1e-4 && size < 10 ** Math.max(digits, 6);
  const text = plain ? trim(fixed(size, digits)) : scientific(size, digits);
  return value < 0 ? `${MINUS}${text}` : text;
}

/** `toPrecision` that never turns to an exponent for large numbers. */
function fixed(size: number, digits: number): string {
  return size >= 10 ** (digits - 1) ? size.toFixed(0) : size.toPrecision(digits);
}

function scientific(size: number, digits: number): string {
  const [mantissa = "", exponent = ""] = size.toExponential(digits - 1).split("e");
  return `${trim(mantissa)}e${exponent.replace("+", "").replace("-", MINUS)}`;
}

function trim(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** A fraction as a percentage with the given decimals: `39.3 %`, or `NaN` where there is none. */
export function percent(fraction: number, decimals = 1): string {
  if (Number.isNaN(fraction)) return "NaN";
  return `${(fraction * 100).toFixed(decimals)} %`;
}

/** 1st, 2nd, 3rd, 4th … */
export function ordinal(n: number): string {
  const teen = n % 100 >= 11 && n % 100 <= 13;
  const suffix = teen ? "th" : (["th", "st", "nd", "rd"][n % 10] ?? "th");
  return `${n}${suffix}`;
}

/** `56 × 56`. */
export function times(sides: readonly number[]): string {
  return sides.join(" × ");
}
