/** Colours for numbers: tables of 256, grown from a few control points each. */

import type { Colormap } from "../records";
import { clamp } from "./layout";

/** The maps, in the order in which the panel offers them. */
export const COLORMAPS: readonly Colormap[] = ["grey", "viridis", "magma", "cividis", "blue-red"];

/** 256 colours, packed as canvas pixels: red in the lowest byte, opaque. */
export type Table = Uint32Array;

/** Evenly spaced control points, as hexadecimal red-green-blue. */
const POINTS: Record<Colormap, string> = {
  grey: "000000 ffffff",
  viridis: "440154 482475 414487 355f8d 2a788e 21918c 22a884 44bf70 7ad151 bddf26 fde725",
  magma: "000004 140e36 3b0f70 641a80 8c2981 b73779 de4968 f7705c fe9f6d fecf92 fcfdbf",
  cividis: "00224e 083370 35456c 4f576c 666970 7d7c78 948e77 aea371 c8b866 e5cf52 fee838",
  "blue-red": "2166ac 4393c3 92c5de d1e5f0 f7f7f7 fddbc7 f4a582 d6604d b2182b",
};

/** A cell that is not finite, in a colour that no map holds. */
export const NONFINITE = pixel(255, 0, 255);

const tables = new Map<Colormap, Table>();

/** The table of a colour map, made once. */
export function tableOf(name: Colormap): Table {
  const known = tables.get(name);
  if (known) return known;
  const table = grow(POINTS[name] ?? POINTS.grey);
  tables.set(name, table);
  return table;
}

/** Whether the middle of the map stands for zero, so that it must be pinned there. */
export function isDiverging(name: Colormap): boolean {
  return name === "blue-red";
}

/** A colour map that can still be read over a photograph, which grey cannot. */
export function overPhoto(name: Colormap): Colormap {
  return name === "grey" ? "blue-red" : name;
}

/** A CSS gradient of the part `from`…`to` (0 to 1) of a table. */
export function gradient(table: Table, direction: string, from = 0, to = 1, stops = 24): string {
  const colours = Array.from({ length: stops + 1 }, (_, i) =>
    css(sample(table, from + ((to - from) * i) / stops)),
  );
  return `linear-gradient(${direction}, ${colours.join(", ")})`;
}

/** The colour at `t`, 0 to 1; beyond the ends, the end. */
export function sample(table: Table, t: number): number {
  return table[clamp(Math.round(t * 255), 0, 255)] ?? 0;
}

/** A packed pixel as a CSS colour. */
export function css(colour: number): string {
  return `rgb(${colour & 255} ${(colour >> 8) & 255} ${(colour >> 16) & 255})`;
}

export function pixel(red: number, green: number, blue: number): number {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

function grow(points: string): Table {
  const channels = points
    .split(" ")
    .map((hex) => [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)));
  const last = channels.length - 1;
  const at = (i: number, c: number) => channels[Math.max(0, Math.min(last, i))]?.[c] ?? 0;
  return Uint32Array.from({ length: 256 }, (_, step) => {
    const place = (step / 255) * last;
    const i = Math.min(Math.floor(place), last - 1);
    const colour = [0, 1, 2].map((c) => curve(at(i - 1, c), at(i, c), at(i + 1, c), at(i + 2, c), place - i));
    return pixel(colour[0] ?? 0, colour[1] ?? 0, colour[2] ?? 0);
  });
}

/** Catmull-Rom between `b` and `c`, rounded to a byte. Two points only make a straight line. */
function curve(a: number, b: number, c: number, d: number, t: number): number {
  if (a === b && c === d) return Math.round(b + (c - b) * t);
  const value = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
  return Math.max(0, Math.min(255, Math.round(value)));
}
