/** Foot of the enlarged view: the value under the pointer, and the channel in four numbers. */

import { format, percent, times } from "../draw/number";
import { flatness } from "../draw/order";
import type { LayerPictures } from "../records";
import type { Store } from "../state";
import type { Spot } from "../view";
import { pixelAt } from "./cellbox";
import { useScope } from "./context";
import { Muted } from "./muted";
import { readAt } from "./readout";

interface Props {
  readonly channel: number;
  readonly pictures: LayerPictures;
  readonly spot: Spot | null;
}

export function Facts({ channel, pictures, spot }: Props) {
  const { stats } = pictures;
  const lost = stats.nonfinite[channel] ?? 0;
  const flat = flatness(pictures, channel);
  return (
    <div class="nn-facts-row">
      <Value pictures={pictures} spot={spot} />
      <span class="nn-numbers">
        {flat && <b>{flat}</b>}
        {lost > 0 && <Fact name="not finite" value={`${lost}`} />}
        <Fact name="mean" value={format(stats.mean[channel], 4)} />
        <Fact name="max" value={format(stats.max[channel], 4)} />
        <Fact name="min" value={format(stats.min[channel], 4)} />
        <Fact name="active" value={percent(stats.active[channel] ?? 0, 0)} />
      </span>
    </div>
  );
}

function Value({ pictures, spot }: Omit<Props, "channel">) {
  const { store } = useScope();
  // Read so that the exact value replaces the rough one when it comes.
  store.detail.version.value;
  if (!spot)
    return <output class="nn-muted">Point at a picture, or press Shift and an arrow, to read values.</output>;
  const { cell, value, exact } = readAt(spot, pictures, store.detail);
  const pixel = pixelAt(spot, store.traits._about.value.input);
  return (
    <output class="nn-numbers" aria-live="off">
      <Fact name="cell" value={`(${cell.join(", ")})`} title="row, column" />{" "}
      <Fact name="value" value={`${exact ? "" : "≈ "}${format(value)}`} />{" "}
      {pixel && (
        <Fact name="image" value={`(${pixel.join(", ")})`} title="x, y in pixels of the network's input" />
      )}{" "}
      <Field />
    </output>
  );
}

/** How much of the image a cell could see. */
function Field() {
  const { store } = useScope();
  const sides = store.shown.value?.receptive_field;
  if (!sides) return null;
  const value = sides.includes("all") ? "the whole image" : times(sides as number[]);
  return (
    <Fact
      name="receptive field"
      value={value}
      title="Rows and columns of the network's input that one cell could see: the dashed frame"
    />
  );
}

export function Fact({ name, value, title }: { name: string; value: string; title?: string }) {
  return (
    <span class="nn-fact" title={title}>
      <Muted>{name}</Muted> <span>{value}</span>
    </span>
  );
}

/** A cell's value as it is read out. */
export function readingText(store: Store, pictures: LayerPictures, spot: Spot): string {
  const { cell, value, exact } = readAt(spot, pictures, store.detail);
  return `cell row ${cell[0]}, column ${cell[1]}, ${exact ? "" : "about "}${format(value)}`;
}
