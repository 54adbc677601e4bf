/** Grids of numbers at another size. */

/** Numbers on a grid of cells, row after row. */
export interface Plane {
  readonly height: number;
  readonly width: number;
  readonly values: Float32Array;
}

/** Bilinear with cell centres at half numbers (`align_corners=False`); the border cell goes on outward. */
export function bilinear(plane: Plane, height: number, width: number): Plane {
  const columns = taps(plane.width, width);
  const rows = taps(plane.height, height);
  const values = new Float32Array(height * width);
  const source = plane.values;
  let at = 0;
  for (const row of rows) {
    const above = row.lower * plane.width;
    const below = row.upper * plane.width;
    for (const { lower, upper, weight } of columns) {
      const top = mix(source[above + lower], source[above + upper], weight);
      const bottom = mix(source[below + lower], source[below + upper], weight);
      values[at++] = top + (bottom - top) * row.weight;
    }
  }
  return { height, width, values };
}

/** Means over blocks of cells, of which there are at most `most` along a side. */
export function averaged(plane: Plane, most: number): Plane {
  const shrink = Math.min(1, most / Math.max(plane.height, plane.width));
  const [height, width] = [Math.ceil(plane.height * shrink), Math.ceil(plane.width * shrink)];
  const sums = new Float32Array(height * width);
  const counts = sums.slice();
  plane.values.forEach((value, i) => {
    const row = Math.floor((Math.floor(i / plane.width) * height) / plane.height);
    const at = row * width + Math.floor(((i % plane.width) * width) / plane.width);
    (sums[at] as number) += value;
    (counts[at] as number) += 1;
  });
  return { height, width, values: sums.map((sum, i) => sum / (counts[i] as number)) };
}

interface Tap {
  readonly lower: number;
  readonly upper: number;
  /** Share of the upper cell, 0 to 1. */
  readonly weight: number;
}

function taps(from: number, to: number): Tap[] {
  return Array.from({ length: to }, (_, i) => {
    const centre = Math.max(0, ((i + 0.5) * from) / to - 0.5);
    const lower = Math.min(from - 1, Math.floor(centre));
    return { lower, upper: Math.min(from - 1, lower + 1), weight: Math.min(1, centre - lower) };
  });
}

function mix(a = 0, b = 0, weight = 0): number {
  // A weight of zero must not let a neighbour that is not finite through.
  return weight === 0 ? a : a + (b - a) * weight;
}
