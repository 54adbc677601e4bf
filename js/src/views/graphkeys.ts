/** What keys do in the graph. */

import { MODEL } from "../graph/blocks";
import { type GraphControl, STEP } from "./graphcontrol";
import { stepOf } from "./keys";

export function onGraphKey(event: KeyboardEvent, control: GraphControl): void {
  if (event.altKey || event.metaKey || event.ctrlKey) return;
  const action = actionOf(event.key, control);
  if (!action) return;
  event.preventDefault();
  event.stopPropagation();
  action();
}

function actionOf(key: string, control: GraphControl): (() => void) | null {
  const { state, moves } = control;
  const { map, active } = state;
  const here = active.value;
  const step = stepOf(key);
  if (step) {
    return () => {
      const next = moves.value.from(here, step);
      if (next !== null) control.focus(next);
    };
  }
  const { placed } = moves.value.drawing;
  switch (key) {
    case "Home":
      return () => control.focus(placed[0]?.node ?? here);
    case "End":
      return () => control.focus(placed.at(-1)?.node ?? here);
    case "Enter":
      return () => control.enter(here);
    case " ": {
      // A layer folds the block it stands in.
      const block = map.isBlock(here) ? here : map.blocks.parent(here);
      return block === MODEL ? () => {} : () => control.toggle(block);
    }
    case "+":
    case "=":
      return () => control.zoom(STEP);
    case "-":
      return () => control.zoom(1 / STEP);
    case "0":
      return () => control.showAll();
    default:
      return null;
  }
}
