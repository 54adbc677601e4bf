/** A few cells with their numbers on them, in signed colours; small cells without. */

import type { Table } from "../draw/colormap";
import { brief } from "../draw/figures";
import { clamp } from "../draw/layout";
import { format } from "../draw/number";
import type { Cell } from "../draw/query";
import type { Range } from "../draw/scale";
import { inkOf, type Outside } from "../draw/terms";

/** How large a cell is drawn, in CSS pixels, and whether a number stands on it. */
export interface Grain {
  readonly width: number;
  readonly height: number;
  readonly numbered: boolean;
}

/** Most cells along a side of a tile whose cells have numbers. */
const NUMBERED = 5;

/** Cells for tiles of a size, of which one may be `room` pixels wide. */
export function grainOf([rows, columns]: Cell, room: number): Grain {
  const fitting = Math.floor(room / columns);
  if (Math.max(rows, columns) <= NUMBERED && fitting >= 32)
    return { width: Math.min(42, fitting), height: 19, numbered: true };
  const side = clamp(Math.min(fitting, Math.floor(84 / Math.max(rows, columns))), 4, 18);
  return { width: side, height: side, numbered: false };
}

interface Props {
  readonly values: Float32Array;
  readonly columns: number;
  readonly grain: Grain;
  readonly table: Table;
  readonly range: Range;
  /** Which cells are none of the input. */
  readonly outside?: readonly Outside[];
  /** Place of the cell that is marked. */
  readonly marked?: number;
  /** Names a cell, for its tooltip. */
  readonly where: (place: number) => string;
}

const OUTSIDE = { padding: "padding", between: "between the cells of the input" };

export function NumberTile({ values, columns, grain, table, range, outside, marked, where }: Props) {
  const { width, height, numbered } = grain;
  return (
    <span
      class={numbered ? "nn-numbertile" : "nn-numbertile nn-plain"}
      style={{ gridTemplateColumns: `repeat(${columns}, ${width}px)`, gridAutoRows: `${height}px` }}
    >
      {Array.from(values, (value, i) => {
        const beyond = outside?.[i];
        const title = beyond ? `${OUTSIDE[beyond]}: ${format(value)}` : `${where(i)}: ${format(value, 7)}`;
        return (
          <i
            key={i}
            class={beyond ? "nn-hatched" : i === marked ? "nn-winner" : undefined}
            style={beyond ? undefined : { ...inkOf(value, table, range) }}
            title={title}
          >
            {numbered && brief(value)}
          </i>
        );
      })}
    </span>
  );
}
