/** What in the image drives a channel, or one of its cells. */

import { type Signal, useComputed } from "@preact/signals";
import { coloursOfMap, overlayOf } from "../draw/heat";
import type { Cell } from "../draw/query";
import { unitWords } from "../draw/unitwords";
import type { LayerPictures } from "../records";
import type { Spot } from "../view";
import { TallBar } from "./colourbar";
import { useScope } from "./context";
import { Small } from "./controls";
import { useStrength } from "./inputimage";
import { axisOfMap } from "./mapscale";
import { Muted } from "./muted";
import { Frame, photo, ratioOf } from "./pane";
import { usePicture } from "./picture";
import { ask, askedOf } from "./pixelask";

interface Props {
  readonly channel: number;
  readonly pictures: LayerPictures;
  readonly spot: Signal<Spot | null>;
}

export function Pixels({ channel, pictures, spot }: Props) {
  const { store } = useScope();
  const { _about, _picture, contours } = store.traits;
  const image = usePicture(_picture);
  const map = useComputed(() => (store.laid.value?.at === "pixels" ? store.laid.value : null));
  const overlay = useComputed(() => map.value && overlayOf(map.value, contours.value));
  const strength = useStrength();
  const asked = askedOf(store)?.cell ?? null;
  const frame = { ratio: ratioOf(_about.value), channel, size: pictures.size, spot, asked };
  const pick = {
    title: "Click a cell to ask what drives it, again for the whole channel",
    cell: (cell: Cell) => ask(store, String(cell) === String(asked) ? null : cell),
  };
  return (
    <>
      <Frame {...frame} label="image" pick={pick} draw={(to) => photo(to, image.value)} />
      <Frame
        {...frame}
        label="overlay"
        draw={(to) => {
          photo(to, image.value);
          overlay.value?.(to.context, to, strength.value);
        }}
      />
      <Frame
        {...frame}
        label="map"
        draw={(to) => overlay.value?.(to.context, to, store.fading.value ? 0.5 : 1)}
      />
      {map.value && <TallBar axis={axisOfMap(map.value)} colormaps={[coloursOfMap(map.value)]} />}
    </>
  );
}

/** Which unit is asked about, how the map was made, and the doubt about it. */
export function PixelsFoot({ channel }: { channel: number }) {
  const { store } = useScope();
  const unit = askedOf(store);
  const map = store.laid.value;
  return (
    <div class="nn-made">
      <span>
        {unit
          ? `What drives ${unitWords(unit)}${unit.cell ? "" : ", where it is positive (click the image to ask one cell)"} `
          : ""}
        {(!unit || unit.cell) && (
          <Small onClick={() => ask(store, null)}>
            {unit ? "whole channel" : `Ask what drives channel ${channel}`}
          </Small>
        )}
      </span>
      {unit && map?.at === "pixels" && (
        <Muted>
          {map.sentence} <span class="nn-doubt">{map.doubt}</span>
        </Muted>
      )}
    </div>
  );
}
