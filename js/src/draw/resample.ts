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
