/** The lines of the graph, and over them those of one node. */

import { useMemo } from "preact/hooks";
import { pathOf, type Route } from "../graph/drawing";
import type { NetworkState } from "./networkstate";

interface Props {
  readonly routes: readonly Route[];
  /** The lines of the node under the pointer, or else of the active one, are lit. */
  readonly state: Pick<NetworkState, "hover" | "active">;
}

/** More lines than this cannot be told apart: what skips is drawn faintly. */
const MANY = 150;

export function Lines({ routes, state: { hover, active } }: Props) {
  const lit = hover.value ?? active.value;
  const [lines, skips] = useMemo(() => {
    const [through, beside] = [routes.filter(({ skip }) => !skip), routes.filter(({ skip }) => skip)];
    return [through.map(pathOf).join(""), beside.map(pathOf).join("")];
  }, [routes]);
  const own = routes.filter(({ from, to }) => from === lit || to === lit);
  return (
    <svg class="nn-lines" width="1" height="1" aria-hidden="true">
      <path class={routes.length > MANY ? "nn-many" : undefined} d={skips} />
      <path d={lines} />
      <path class="nn-lit" d={own.map(pathOf).join("")} />
    </svg>
  );
}
