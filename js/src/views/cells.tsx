/** The cells of the grid that are in sight: see-through, but with names, and one of them with the focus. */

import { GAP, type Layout } from "../draw/layout";
import { format } from "../draw/number";
import { flatness } from "../draw/order";
import type { LayerPictures } from "../records";
import { useScope } from "./context";

interface Props {
  readonly layout: Layout;
  /** Rows from `first` to `last`, the last one not included. */
  readonly first: number;
  readonly last: number;
}

export function Cells({ layout, first, last }: Props) {
  const { store, view } = useScope();
  const pictures = store.pictures.value;
  if (!pictures) return null;
  const focused = Math.floor(view.focus.value / layout.columns);
  const rows = Array.from({ length: last - first }, (_, i) => first + i);
  // The cell with the focus stays in the page also when it is scrolled out of sight.
  if (layout.count > 0 && (focused < first || focused >= last)) rows.push(focused);
  return (
    <>
      {rows.map((row) => (
        <Row key={row} layout={layout} row={row} pictures={pictures} />
      ))}
    </>
  );
}

interface RowProps {
  readonly layout: Layout;
  readonly row: number;
  readonly pictures: LayerPictures;
}

function Row({ layout, row, pictures }: RowProps) {
  return (
    <div
      role="row"
      aria-rowindex={row + 1}
      class="nn-row"
      style={{ top: `${row * (layout.height + GAP)}px`, height: `${layout.height}px` }}
    >
      {indices(layout, row).map((index) => (
        <Cell key={index} layout={layout} index={index} pictures={pictures} />
      ))}
    </div>
  );
}

function indices({ columns, count }: Layout, row: number): number[] {
  const length = Math.max(0, Math.min(columns, count - row * columns));
  return Array.from({ length }, (_, i) => row * columns + i);
}

function Cell({ layout, index, pictures }: { layout: Layout; index: number; pictures: LayerPictures }) {
  const { store, view } = useScope();
  const channel = store.order.value[index] ?? 0;
  const tools = store.tools.part.value;
  const column = index % layout.columns;
  return (
    <div
      role="gridcell"
      aria-colindex={column + 1}
      aria-label={labelOf(pictures, channel) + (tools?.moreOf(store, channel) ?? "")}
      title={store.wishes.value?.note(channel) || undefined}
      aria-selected={store.traits.channel.value === channel}
      data-index={index}
      data-channel={channel}
      class="nn-tile"
      tabIndex={view.focus.value === index ? 0 : -1}
      onFocus={() => {
        view.focus.value = index;
      }}
      style={{ left: `${column * (layout.width + GAP)}px`, width: `${layout.width}px` }}
    >
      {tools && <tools.TileButtons channel={channel} index={index} />}
    </div>
  );
}

/** `channel 37 of 512, mean 0.12, max 3.4`, and what is odd about it. */
export function labelOf(pictures: LayerPictures, channel: number): string {
  const { stats, channels } = pictures;
  const lost = stats.nonfinite[channel] ?? 0;
  const parts = [
    `channel ${channel} of ${channels}`,
    `mean ${format(stats.mean[channel], 3)}`,
    `max ${format(stats.max[channel], 3)}`,
    flatness(pictures, channel),
    lost > 0 ? `${lost} ${lost === 1 ? "cell" : "cells"} not finite` : "",
  ];
  return parts.filter(Boolean).join(", ");
}
