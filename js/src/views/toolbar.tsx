/** Order, scale, colours and size of the tiles, and the colour bar that tells what the colours mean. */

import { useSignal } from "@preact/signals";
import { COLORMAPS } from "../draw/colormap";
import type { Colormap, Normalize, Sort } from "../records";
import { ColourBar } from "./colourbar";
import { useScope } from "./context";
import { Select, Slider } from "./controls";

const SORTS: readonly { value: Sort; text: string }[] = [
  { value: "index", text: "index" },
  { value: "max", text: "strongest" },
  { value: "mean", text: "mean" },
  { value: "std", text: "deviation" },
  { value: "l2", text: "L2 norm" },
  { value: "active", text: "active" },
  { value: "share", text: "share of class" },
];

const SCALES: readonly { value: Normalize; text: string }[] = [
  { value: "layer", text: "layer" },
  { value: "channel", text: "channel" },
  { value: "symmetric", text: "symmetric" },
];

const COLOURS = COLORMAPS.map((value) => ({ value, text: value }));

export function Toolbar() {
  const { store } = useScope();
  const { sort, normalize, colormap, predictions } = store.traits;
  const pictured = Boolean(store.wishes.value?.pictured.value);
  const more = store.tools.part.value?.sortsOf(store) ?? [];
  const sorts = [...SORTS, ...more].map((option) => ({
    ...option,
    disabled: option.value === "share" && predictions.value.length === 0,
  }));
  return (
    <>
      <Select<Sort>
        label="Sort"
        title="Order of the channels"
        options={sorts}
        value={sort.value}
        onChange={(value) => store.set({ sort: value })}
      />
      <Select<Normalize>
        label="Scale"
        title="Which values are the ends of the colours: those of the layer, of each channel, or ±m around zero"
        options={SCALES}
        value={normalize.value}
        disabled={pictured}
        onChange={(value) => store.set({ normalize: value, scale: [] })}
      />
      <Select<Colormap>
        label="Colours"
        title="blue-red keeps zero in the middle, whatever the scale"
        options={COLOURS}
        value={colormap.value}
        disabled={pictured}
        onChange={(value) => store.set({ colormap: value })}
      />
      <TileSize />
      {pictured ? <span class="nn-colours nn-colourbar nn-muted">pictures, not values</span> : <ColourBar />}
    </>
  );
}

function TileSize() {
  const { store } = useScope();
  const dragged = useSignal<number | null>(null);
  return (
    <Slider
      label="Tile size"
      word="Size"
      min={48}
      max={160}
      step={4}
      value={store.traits.tile.value}
      dragged={dragged}
      text={(tile) => `Tiles of about ${tile} pixels`}
      onChange={(tile) => store.set({ tile })}
    />
  );
}
