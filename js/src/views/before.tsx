/** What a class has with the other: a line below its bar, and the numbers of both. */

import { format, percent } from "../draw/number";
import type { Prediction } from "../records";
import type { Store } from "../state";
import { both, inOrder, namesIn } from "./sides";

/** `null` where there is nothing to compare with. */
export function changeOf(store: Store, { probability, logit, before }: Prediction) {
  if (!before || !store.traits._other.value.kind) return null;
  const [here, there] = namesIn(store);
  const at = Number.isFinite(before.probability) ? before.probability : 0;
  const change = logit - before.logit;
  return {
    mark: <span class="nn-class-before" style={{ width: `${100 * at}%` }} aria-hidden="true" />,
    share: `${both(store, [bare(probability), bare(before.probability)])} %`,
    facts: [
      ...inOrder(store, [
        `${here} ${percent(probability)}, logit ${logit.toFixed(2)}`,
        `${there} ${percent(before.probability)}, logit ${before.logit.toFixed(2)}`,
      ]),
      `logit ${change > 0 ? "+" : ""}${format(Math.round(change * 100) / 100)}`,
    ].join("\n"),
  };
}

/** A percentage to which another one brings the sign. */
function bare(fraction: number): string {
  return percent(fraction).replace(" %", "");
}
