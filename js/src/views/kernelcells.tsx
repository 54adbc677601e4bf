/** The output channels in sight: see-through over the canvas, but with names, and one of them with the focus. */

import type { Signal } from "@preact/signals";
import { GAP, type Rows } from "../draw/layout";
import { LEFT, pitchOf } from "../draw/matrix";
import { useScope } from "./context";
import type { Place } from "./kernelgrid";

interface Props {
  readonly place: Place;
  readonly rows: Rows;
  /** The output channel that has, or would get, the focus. */
  readonly focus: Signal<number>;
  /** The input that the keys have come to; `null` before. */
  readonly column: Signal<number | null>;
}

export function KernelCells({ place, rows, focus, column }: Props) {
  const { layout, head } = place;
  const focused = Math.floor(focus.value / layout.columns);
  const shown = Array.from({ length: rows.last - rows.first }, (_, i) => rows.first + i);
  // The cell with the focus stays in the page also when it is scrolled out of sight.
  if (layout.count > 0 && !shown.includes(focused)) shown.push(focused);
  return (
    <>
      {shown.map((row) => (
        <div
          key={row}
          role="row"
          aria-rowindex={row + 1}
          class="nn-row"
          style={{ top: `${head + row * (layout.height + GAP)}px`, height: `${layout.height}px` }}
        >
          {channelsOf(place, row).map((channel, i) => (
            <Cell key={channel} {...{ place, channel, focus, column }} at={i} />
          ))}
        </div>
      ))}
    </>
  );
}

function channelsOf({ layout: { columns, count } }: Place, row: number): number[] {
  const length = Math.max(0, Math.min(columns, count - row * columns));
  return Array.from({ length }, (_, i) => row * columns + i);
}

interface CellProps extends Omit<Props, "rows"> {
  readonly channel: number;
  /** Place in its row. */
  readonly at: number;
}

function Cell({ place: { layout, matrix }, channel, focus, column, at }: CellProps) {
  const { store } = useScope();
  const input = matrix && focus.value === channel ? column.value : null;
  return (
    <div
      role="gridcell"
      aria-colindex={at + 1}
      aria-label={`kernel of channel ${channel} of ${layout.count}`}
      aria-selected={store.traits.channel.value === channel}
      data-channel={channel}
      class="nn-tile"
      tabIndex={focus.value === channel ? 0 : -1}
      onFocus={() => {
        focus.value = channel;
      }}
      style={{ left: `${at * (layout.width + GAP)}px`, width: `${layout.width}px` }}
    >
      {matrix && input !== null && (
        <i
          class="nn-cursor"
          style={{ left: `${LEFT + input * pitchOf(matrix)}px`, width: `${pitchOf(matrix) - matrix.gap}px` }}
        />
      )}
    </div>
  );
}
