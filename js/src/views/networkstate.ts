/** What the room of the network keeps while another view is shown: what is unfolded, seen, sought and sorted. */

import { type Signal, signal } from "@preact/signals";
import type { Network } from "../findings";
import { INPUT, openAtFirst } from "../graph/blocks";
import type { Camera } from "../graph/camera";
import { NetworkMap } from "../graph/map";
import type { Order } from "../graph/sorting";
import type { ViewState } from "../view";

export interface NetworkState {
  readonly map: NetworkMap;
  /** The blocks whose parts are shown. */
  readonly open: Signal<ReadonlySet<number>>;
  /** `null` until there is a size to fit the drawing into. */
  readonly camera: Signal<Camera | null>;
  /** The node that has, or would get, the focus. */
  readonly active: Signal<number>;
  /** Whether the focus was in the graph when it was last taken out of the page. */
  readonly held: Signal<boolean>;
  /** The node under the pointer. */
  readonly hover: Signal<number | null>;
  readonly typed: Signal<string>;
  readonly order: Signal<Order>;
  /** Whether the table is shown where there is no room for both. */
  readonly table: Signal<boolean>;
}

const NAME = "network";

/** What was kept of this network; another one starts anew. */
export function stateOf({ rooms }: ViewState, network: Network): NetworkState {
  const known = rooms.get(NAME) as NetworkState | undefined;
  if (known?.map.network === network) return known;
  const map = new NetworkMap(network);
  // The same network with other weights is seen as before.
  const same = known && namesOf(known.map.network) === namesOf(network);
  const fresh: NetworkState = {
    open: signal(openAtFirst(map.blocks)),
    camera: signal(null),
    active: signal(INPUT),
    held: signal(false),
    hover: signal(null),
    typed: signal(""),
    order: signal(null),
    table: signal(false),
    ...(same && known),
    map,
  };
  rooms.set(NAME, fresh);
  return fresh;
}

function namesOf({ nodes }: Network): string {
  return JSON.stringify(nodes.map(({ name }) => name));
}
