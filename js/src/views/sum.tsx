/** Tab "Sum" of the enlarged view: through which layers the channel went, and how one of its cells came about. */

import { type Signal, useSignal } from "@preact/signals";
import { clamp } from "../draw/layout";
import type { Cell } from "../draw/query";
import type { Stages as FoundStages } from "../findings";
import type { LayerPictures } from "../records";
import type { Spot } from "../state";
import { useAnswer } from "./answer";
import { Arithmetic } from "./arithmetic";
import { middleOf } from "./cellbox";
import { useScope } from "./context";
import { Choice } from "./controls";
import { Muted } from "./muted";
import { Failure, Waiting } from "./room";
import { Stages, soleStage } from "./stages";

interface Props {
  readonly channel: number;
  readonly pictures: LayerPictures;
}

export function Sum({ channel, pictures }: Props) {
  const { store, view } = useScope();
  const { layer, size } = pictures;
  const stages = useAnswer("stages", { layer, channels: [channel] });
  const wanted = useSignal(layer);
  const spot = useSignal<Spot | null>(null);
  // A layer that is none of the three has a map nevertheless, on which cells can be chosen.
  const found = stages.value ?? (stages.problem ? soleStage(store, channel, pictures) : null);
  const chosen = found?.stages.some((stage) => stage.layer === wanted.value) ? wanted.value : layer;
  const at = inside(view.summed.value ?? middleOf(size), size);
  const sum = useAnswer("sum", { layer: chosen, channels: [channel], cell: at });
  return (
    <>
      {!found && <Waiting>Fetching the stages of the channel …</Waiting>}
      {found && (
        <>
          <Stages
            {...{ found, chosen, spot }}
            cell={at}
            onChoose={(to, of) => {
              wanted.value = to;
              view.summed.value = of;
            }}
          />
          {stages.problem && <Muted>{stages.problem}</Muted>}
          <Which found={found} chosen={chosen} wanted={wanted} />
        </>
      )}
      {sum.problem && <Failure sentence={sum.problem} again={sum.retry} />}
      {!sum.value && !sum.problem && <Waiting>Fetching the terms …</Waiting>}
      {sum.value && <Arithmetic sum={sum.value} stale={sum.stale} />}
    </>
  );
}

/** Another layer may have fewer cells. */
function inside([row, column]: Cell, [height, width]: Cell): Cell {
  return [clamp(row, 0, height - 1), clamp(column, 0, width - 1)];
}

interface WhichProps {
  readonly found: FoundStages;
  readonly chosen: string;
  readonly wanted: Signal<string>;
}

/** Whose sum is shown, for those who do not click on the maps. */
function Which({ found, chosen, wanted }: WhichProps) {
  const words = found.stages.map(({ layer }) => layer);
  if (words.length < 2) return null;
  return (
    <Choice
      label="Stage"
      title="Whose arithmetic is shown below"
      words={words}
      value={chosen}
      onChange={(layer) => {
        wanted.value = layer;
      }}
    >
      Arithmetic of
    </Choice>
  );
}
