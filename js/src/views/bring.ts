/** Brings the numbers by which the grid is sorted from what the kernel answers. */

import { useEffect } from "preact/hooks";
import type { Sort } from "../records";
import { useAnswer } from "./answer";
import { useScope } from "./context";
import { effectsOf } from "./ranking";

/** Keep `store.brought` right; returns why it cannot be, or "", and a way to try again. */
export function useBrought(): { readonly problem: string; retry(): void } {
  const { store } = useScope();
  const { sort, region, _other } = store.traits;
  const layer = store.pictures.value?.layer ?? "";
  const changes = useAnswer(
    "differences",
    sort.value === "change" && _other.value.kind && layer ? { layer } : null,
  );
  const ranked = useAnswer(
    "region",
    sort.value === "region" && region.value.length > 0 && layer ? { layer, region: region.value } : null,
  );
  const effects = effectsOf(store);
  const answers: Partial<Record<Sort, { layer: string; epoch: number; values: Float32Array } | null>> = {
    effect: effects && { ...effects, values: effects.effects },
    change: changes.value && { ...changes.value, values: changes.value.change },
    region: ranked.value && { ...ranked.value, values: ranked.value.scores },
  };
  const found = answers[sort.value];
  useEffect(() => {
    const { layer: of, epoch = 0, values } = found ?? {};
    // Nothing is brought where nothing is known: the grid then stands in the order of the channels.
    store.brought.value = of !== undefined && values ? { sort: sort.value, layer: of, epoch, values } : null;
  }, [store, sort.value, found?.layer, found?.epoch, found?.values]);
  return {
    problem: changes.problem || ranked.problem,
    retry: changes.problem ? changes.retry : ranked.retry,
  };
}
