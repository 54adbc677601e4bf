/** Tab "Sum" of the enlarged view: through which layers the channel went, and how one of its cells came about. */

import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { clamp } from "../draw/layout";
import type { Cell } from "../draw/query";
import type { Stages as FoundStages } from "../findings";
import type { LayerPictures } from "../records";
import type { Spot } from "../view";
import { useAnswer } from "./answer";
import { Arithmetic } from "./arithmetic";
import { middleOf } from "./cellbox";
import { useScope } from "./context";
import { Choice, Small } from "./controls";
import { Muted } from "./muted";
import { Failure, Waiting } from "./room";
import { Stages, soleStage } from "./stages";

interface Props {
  readonly channel: number;
  readonly pictures: LayerPictures;
}

export function Sum({ channel, pictures }: Props) {
  const { view } = useScope();
  const { layer, size } = pictures;
  const stages = useAnswer("stages", { layer, channels: [channel] });
  const wanted = useSignal({ from: layer, stage: layer });
  const spot = useSignal<Spot | null>(null);
  const sole = useSole(channel, pictures);
  // A layer that is none of the three has a map nevertheless, on which cells can be chosen.
  const found = stages.value ?? (stages.problem ? sole : null);
  const { from, stage } = wanted.value;
  // What was chosen beside one layer is no choice beside another.
  const chosen = from === layer && found?.stages.some((each) => each.layer === stage) ? stage : layer;
  const choose = (to: string) => {
    wanted.value = { from: layer, stage: to };
  };
  const at = inside(view.summed.value ?? middleOf(size), size);
  const sum = useAnswer("sum", { layer: chosen, channels: [channel], cell: at });
  return (
    <>
      {!found && <Waiting>Fetching the stages of the channel …</Waiting>}
      {found && (
        <>
          <Stages
            {...{ found, chosen, spot }}
            stale={stages.stale}
            cell={at}
            onChoose={(to, of) => {
              choose(to);
              view.summed.value = of;
            }}
          />
          {stages.problem && (
            <p>
              <Muted>{stages.problem}</Muted> <Small onClick={stages.retry}>Try again</Small>
            </p>
          )}
          <Which found={found} chosen={chosen} onChoose={choose} />
        </>
      )}
      {sum.problem && <Failure sentence={sum.problem} again={sum.retry} />}
      {!sum.value && !sum.problem && <Waiting>Fetching the terms …</Waiting>}
      {sum.value && <Arithmetic sum={sum.value} stale={sum.stale} />}
    </>
  );
}

/** The channel alone, finer when finer cells have come. */
function useSole(channel: number, pictures: LayerPictures): FoundStages {
  const { store } = useScope();
  const { version } = store.detail;
  return useMemo(() => soleStage(store, channel, pictures), [store, channel, pictures, version.value]);
}

/** Another layer may have fewer cells. */
function inside([row, column]: Cell, [height, width]: Cell): Cell {
  return [clamp(row, 0, height - 1), clamp(column, 0, width - 1)];
}

interface WhichProps {
  readonly found: FoundStages;
  readonly chosen: string;
  readonly onChoose: (layer: string) => void;
}

/** Whose sum is shown, for those who do not click on the maps. */
function Which({ found, chosen, onChoose }: WhichProps) {
  const words = found.stages.map(({ layer }) => layer);
  if (words.length < 2) return null;
  return (
    <Choice
      label="Stage"
      title="Whose arithmetic is shown below"
      words={words}
      value={chosen}
      onChange={onChoose}
    >
      Arithmetic of
    </Choice>
  );
}
