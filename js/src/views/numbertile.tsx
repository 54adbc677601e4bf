/** A few cells with their numbers on them, in signed colours; small cells without. */

import type { Table } from "../draw/colormap";
import { brief } from "../draw/figures";
import { clamp } from "../draw/layout";
import { format } from "../draw/number";
import type { Cell } from "../draw/query";
import type { Range } from "../draw/scale";
import { inkOf, type Outside } from "../draw/terms";
import { CanvasTile } from "./canvastile";

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

export interface Props {
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

/** Most cells that are elements of the page. */
const MOST = 1000;

export function NumberTile(props: Props) {
  return props.values.length > MOST ? <CanvasTile {...props} /> : <Cells {...props} />;
}

/** What a cell is, and its value. */
export function titleOf({ values, outside, where }: Props, place: number): string {
  const beyond = outside?.[place];
  const value = values[place];
  return beyond ? `${OUTSIDE[beyond]}: ${format(value)}` : `${where(place)}: ${format(value, 7)}`;
}

function Cells(props: Props) {
  const { values, columns, grain, table, range, outside, marked } = props;
  const { width, height, numbered } = grain;
  return (
    <span
      class={numbered ? "nn-numbertile" : "nn-numbertile nn-plain"}
      style={{ gridTemplateColumns: `repeat(${columns}, ${width}px)`, gridAutoRows: `${height}px` }}
    >
      {Array.from(values, (value, i) => (
        <i
          key={i}
          class={outside?.[i] ? "nn-hatched" : i === marked ? "nn-winner" : undefined}
          style={outside?.[i] ? undefined : { ...inkOf(value, table, range) }}
          title={titleOf(props, i)}
        >
          {numbered && brief(value)}
        </i>
      ))}
    </span>
  );
}
