/** A map as it is laid over an image: as heat, or as lines of equal value. */

import type { Colormap, MapPicture } from "../records";
import { css, sample, type Table, tableOf } from "./colormap";
import { type Lines, linesAt } from "./contours";
import { canvasOf } from "./paint";
import { averaged, bilinear, type Plane } from "./resample";
import { fraction, type Range } from "./scale";

/** Longest side of the grid to which a smooth map is brought: before it is coloured, before lines are drawn. */
const FINE = { heat: 336, contours: 112 };

/** How many levels are drawn on each side of zero. */
const LEVELS = 5;

export interface Box {
  /** 0 where they are absent. */
  readonly left?: number;
  readonly top?: number;
  readonly width: number;
  readonly height: number;
}

/** Draws a map into a box. */
export type Overlay = (context: CanvasRenderingContext2D, box: Box, opacity: number) => void;

export function coloursOfMap({ signed }: Pick<MapPicture, "signed">): Colormap {
  return signed ? "blue-red" : "magma";
}

/** The map, made ready once and drawn at any size; one whose ends leave no room is empty. */
export function overlayOf(map: MapPicture, contours: boolean): Overlay {
  const [lo, hi] = map.ends;
  if (!(hi > lo)) return () => {};
  const plane = planeOf(map, contours ? FINE.contours : FINE.heat);
  const table = tableOf(coloursOfMap(map));
  // Lines around single pixels would be a thicket.
  return contours ? drawn(levelsOf(map, averaged(plane, FINE.contours), table)) : painted(map, plane, table);
}

/** Every cell clipped to the ends, then interpolated where the map is smooth. */
export function planeOf(map: MapPicture, fine: number): Plane {
  const [height, width] = map.size;
  const [lo, hi] = map.ends;
  // Comparisons with NaN are false, so a cell that is not finite stays what it is.
  const values = map.values.map((value) => (value < lo ? lo : value > hi ? hi : value));
  const plane = { height, width, values };
  const scale = fine / Math.max(height, width);
  return map.smooth && scale > 1
    ? bilinear(plane, Math.round(height * scale), Math.round(width * scale))
    : plane;
}

function painted({ ends: [lo, hi], smooth }: MapPicture, plane: Plane, table: Table): Overlay {
  const canvas = canvasOf(plane, table, { lo, hi });
  return (context, { left = 0, top = 0, width, height }, opacity) => {
    const shrunk = plane.width > width * (globalThis.devicePixelRatio || 1);
    context.imageSmoothingEnabled = smooth || shrunk;
    context.globalAlpha = opacity;
    context.drawImage(canvas, left, top, width, height);
    context.globalAlpha = 1;
  };
}

/** Values at which lines are drawn: evenly spaced between the ends, or between zero and either end. */
export function levelValues({ ends: [lo, hi], signed }: MapPicture): number[] {
  const steps = Array.from({ length: LEVELS }, (_, i) => (i + 1) / (LEVELS + 1));
  if (!signed) return steps.map((step) => lo + (hi - lo) * step);
  return [...steps.map((step) => lo * step), ...steps.map((step) => hi * step)];
}

interface Level {
  readonly lines: Lines;
  readonly colour: string;
  /** Colour of the rim, by which the line can be seen on any image. */
  readonly rim: string;
}

function levelsOf(map: MapPicture, plane: Plane, table: Table): Level[] {
  const range: Range = { lo: map.ends[0], hi: map.ends[1] };
  return levelValues(map).map((value) => {
    const colour = sample(table, fraction(value, range));
    const light = 0.3 * (colour & 255) + 0.6 * ((colour >> 8) & 255) + 0.1 * ((colour >> 16) & 255);
    const rim = light < 110 ? "rgb(255 255 255 / 0.65)" : "rgb(0 0 0 / 0.55)";
    return { lines: linesAt(plane, value), colour: css(colour), rim };
  });
}

function drawn(levels: readonly Level[]): Overlay {
  return (context, box, opacity) => {
    // Lines cover little: they need more of it than heat to be seen as well.
    context.globalAlpha = Math.sqrt(opacity);
    context.lineCap = "round";
    for (const { lines, colour, rim } of levels) {
      trace(context, lines, box);
      for (const [style, width] of [
        [rim, 3],
        [colour, 1.5],
      ] as const) {
        context.strokeStyle = style;
        context.lineWidth = width;
        context.stroke();
      }
    }
    context.globalAlpha = 1;
  };
}

function trace(
  context: CanvasRenderingContext2D,
  lines: Lines,
  { left = 0, top = 0, width, height }: Box,
): void {
  context.beginPath();
  for (let i = 0; i < lines.length; i += 4) {
    context.moveTo(left + (lines[i] as number) * width, top + (lines[i + 1] as number) * height);
    context.lineTo(left + (lines[i + 2] as number) * width, top + (lines[i + 3] as number) * height);
  }
}
