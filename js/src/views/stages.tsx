/** A channel through convolution, norm and activation: its maps on one scale. */

import type { Signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { tableOf } from "../draw/colormap";
import { format, percent } from "../draw/number";
import { canvasOf } from "../draw/paint";
import type { Cell } from "../draw/query";
import { around, valueOfCode } from "../draw/scale";
import { coarseTile } from "../draw/tiles";
import type { Stages as Found, Stage } from "../findings";
import type { LayerPictures } from "../records";
import type { Store } from "../state";
import type { Spot } from "../view";
import { cellAt } from "./cellbox";
import { TallBar } from "./colourbar";
import { useScope } from "./context";
import { Muted } from "./muted";
import { Frame, ratioOf } from "./pane";

interface Props {
  readonly found: Found;
  /** Whether they are those of an earlier question: then nothing can be chosen on them. */
  readonly stale: boolean;
  /** The layer whose sum is shown, and the cell. */
  readonly chosen: string;
  readonly cell: Cell;
  readonly spot: Signal<Spot | null>;
  readonly onChoose: (layer: string, cell: Cell) => void;
}

export function Stages({ found, stale, chosen, cell, spot, onChoose }: Props) {
  const [lo, hi] = found.ends;
  return (
    <div class={stale ? "nn-stage-room nn-stale" : "nn-stage-room"}>
      <div class="nn-pictures nn-stages">
        {found.stages.map((stage) => (
          // A sheet is drawn again for signals alone: another picture is another sheet.
          <StageMap
            key={`${found.epoch}/${found.channel}/${stage.layer}/${stage.tile.size}/${found.ends}`}
            {...{ stage, found, stale, cell, spot, onChoose }}
            chosen={stage.layer === chosen}
          />
        ))}
        <TallBar
          axis={{ lo, hi, zero: lo < 0 && hi > 0 ? -lo / (hi - lo) : null }}
          colormaps={["blue-red"]}
        />
      </div>
      <Readings stages={found.stages} spot={spot.value} />
    </div>
  );
}

interface MapProps extends Omit<Props, "chosen"> {
  readonly stage: Stage;
  readonly chosen: boolean;
}

function StageMap({ stage, found, stale, chosen, cell, spot, onChoose }: MapProps) {
  const { store } = useScope();
  const picture = useMemo(() => pictureOf(stage, found), [stage, found]);
  return (
    <Frame
      label={`${stage.kind} ${stage.layer}`}
      ratio={ratioOf(store.traits._about.value)}
      channel={found.channel}
      size={stage.size}
      spot={spot}
      asked={cell}
      {...(stale
        ? {}
        : {
            pick: {
              title: "Click a cell to see how it came about",
              cell: (to) => onChoose(stage.layer, to),
            },
          })}
      draw={({ context, width, height }) => {
        context.imageSmoothingEnabled = stage.size[1] > width;
        context.drawImage(picture, 0, 0, width, height);
      }}
    >
      <span class={chosen ? "nn-stage nn-chosen-stage" : "nn-stage"}>
        <b>{stage.kind}</b> <code class="nn-muted">{stage.layer}</code>
        <Muted>{stage.cut === null ? rangeWords(stage) : `cut off ${percent(stage.cut)} of the cells`}</Muted>
      </span>
    </Frame>
  );
}

function rangeWords({ min, max }: Stage): string {
  return `${format(min, 3)} to ${format(max, 3)}`;
}

function pictureOf({ tile }: Stage, { ends: [lo, hi] }: Found): HTMLCanvasElement {
  const [height, width] = tile.size;
  const values = Float32Array.from(tile.codes, (code) => valueOfCode(code, tile.lo, tile.hi));
  return canvasOf({ height, width, values }, tableOf("blue-red"), around({ lo, hi }));
}

/** The channel alone, as far as its cells have come. */
export function soleStage(store: Store, channel: number, pictures: LayerPictures): Found {
  const { epoch, layer, size, stats } = pictures;
  const { kind = "", family = "other" } = store.shown.value ?? {};
  const [min, max] = [stats.min[channel] ?? 0, stats.max[channel] ?? 0];
  const tile = store.detail.native(channel) ?? coarseTile(pictures, channel);
  const stage: Stage = { layer, kind, family, size, cut: null, min, max, tile };
  const finite = min <= max;
  return { epoch, layer, channel, ends: finite ? [min, max] : [0, 0], stages: [stage] };
}

/** What each stage makes of the cell under the pointer, read off its map. */
function Readings({ stages, spot }: { readonly stages: readonly Stage[]; readonly spot: Spot | null }) {
  if (!spot)
    return <output class="nn-muted nn-readings">Point at a map to read the cell in each of them.</output>;
  const cell = stages[0] && cellAt(spot, stages[0].size);
  return (
    <output class="nn-readings" aria-live="off">
      <Muted>{`cell (${cell?.join(", ")})`}</Muted>{" "}
      {stages.map((stage) => (
        <span key={stage.layer}>
          <Muted>{stage.kind}</Muted> <b>{`≈ ${format(stageValue(stage, spot), 3)}`}</b>{" "}
        </span>
      ))}
    </output>
  );
}

function stageValue({ tile }: Stage, spot: Spot): number {
  const [row, column] = cellAt(spot, tile.size);
  return valueOfCode(tile.codes[row * tile.size[1] + column] ?? 255, tile.lo, tile.hi);
}
