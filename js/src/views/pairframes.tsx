/** In the enlarged view: the sides of the channel that are not drawn already, on the scale of the one that is. */

import { type Signal, useSignal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";
import type { Pair } from "../compared";
import { sideWords } from "../draw/names";
import { format } from "../draw/number";
import { rangesOf } from "../draw/pairs";
import type { Plane } from "../draw/resample";
import { around, type Range, valueOfCode } from "../draw/scale";
import type { CodeTile, LayerPictures, Side } from "../records";
import type { Spot } from "../view";
import { useAnswer } from "./answer";
import { cellAt } from "./cellbox";
import { useScope } from "./context";
import { Frame, ratioOf } from "./pane";
import { drawMap } from "./pictures";
import { namesIn } from "./sides";

interface Props {
  readonly channel: number;
  readonly pictures: LayerPictures;
  readonly spot: Signal<Spot | null>;
}

export function PairFrames(props: Props) {
  return useScope().store.traits._other.value.kind ? <Asked {...props} /> : null;
}

const SIDES: readonly Side[] = ["this", "other", "difference"];

function Asked({ channel, pictures, spot }: Props) {
  const { store } = useScope();
  const { value } = useAnswer("pair", { layer: pictures.layer, channels: [channel] });
  const ready = value?.layer === pictures.layer && value.channels[0] === channel ? value : null;
  // A signal, so that the pictures are drawn when it comes.
  const pair = useSignal(ready);
  useLayoutEffect(() => {
    pair.value = ready;
  }, [ready, pair]);
  const names = namesIn(store);
  const of = store.traits._other.value.kind === "before" ? "" : "of ";
  const range = store.rangeOf(channel);
  const frame = { ratio: ratioOf(store.traits._about.value), channel, size: pictures.size, spot };
  return (
    <>
      {SIDES.filter((side) => side !== pictures.side).map((side) => {
        const tile = ready?.[side][0];
        const label =
          side === "difference"
            ? sideWords(side, names)
            : `activation ${of}${names[side === "this" ? 0 : 1]}`;
        return (
          <Frame
            key={side}
            {...frame}
            label={label}
            draw={(to) => {
              const found = pair.value;
              const codes = found?.[side][0];
              if (!found || !codes) return;
              drawMap(to, {
                plane: planeOf(codes),
                range: rangeFor(side, found, pictures.side, range),
                colormap: side === "difference" ? "blue-red" : store.traits.colormap.value,
                smooth: store.traits.smooth.value,
                opacity: 1,
              });
            }}
          >
            {side === "difference" ? `${label}, ±${format(around(range).hi, 3)}` : label}{" "}
            <Value tile={tile} spot={spot} />
          </Frame>
        );
      })}
    </>
  );
}

/** On the scale of what is drawn already; beside a difference, this and the other have one of their own. */
function rangeFor(side: Side, pair: Pair, shown: Side, range: Range): Range {
  if (shown === "difference") return rangesOf(pair, 0, null, false).both;
  return side === "difference" ? around(range) : range;
}

function planeOf({ size, codes, lo, hi }: CodeTile): Plane {
  const values = Float32Array.from(codes, (code) => valueOfCode(code, lo, hi));
  return { height: size[0], width: size[1], values };
}

/** What it holds under the pointer. */
function Value({ tile, spot }: { readonly tile: CodeTile | undefined; readonly spot: Signal<Spot | null> }) {
  if (!tile || !spot.value) return null;
  const [row, column] = cellAt(spot.value, tile.size);
  const code = tile.codes[row * tile.size[1] + column] ?? 255;
  return <b>{`≈ ${format(valueOfCode(code, tile.lo, tile.hi), 4)}`}</b>;
}
