/** The whole network: its graph, and beside it the table of its layers. */

import { useComputed } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import type { Network as Found } from "../findings";
import { INPUT } from "../graph/blocks";
import type { NetworkMap } from "../graph/map";
import { useAnswer } from "./answer";
import { useScope } from "./context";
import { Small } from "./controls";
import { Either } from "./either";
import { Graph } from "./graph";
import { GraphControl } from "./graphcontrol";
import { useKeptTab } from "./kepttab";
import { LayerTable } from "./layertable";
import { filter } from "./match";
import { Muted } from "./muted";
import { stateOf } from "./networkstate";
import { Failure, Waiting } from "./room";
import { useSize } from "./size";

export function Network() {
  useKeptTab();
  const { value, stale, problem, retry } = useAnswer("network", {});
  if (problem) return <Failure sentence={problem} again={retry} />;
  if (!value) return <Waiting>Following the image through the network …</Waiting>;
  return <Shown network={value} stale={stale} />;
}

/** From this width on there is room for the graph and the table. */
const ROOM_FOR_BOTH = 1000;

function Shown({ network, stale }: { readonly network: Found; readonly stale: boolean }) {
  const room = useRef<HTMLDivElement>(null);
  const toFirst = useRef<() => void>(() => {});
  const { control, turn } = useControl(network, room);
  const { map, typed, table, order, hover, active } = control.state;
  const size = useSize(room);
  const both = useComputed(() => size.value.width >= ROOM_FOR_BOTH).value;
  const found = useMemo(() => foundIn(map, typed.value), [map, typed.value]);
  return (
    <div ref={room} class={stale ? "nn-net nn-stale" : "nn-net"}>
      <div class="nn-net-tools">
        {!both && <Either label="Show" words={["graph", "table"]} on={table} />}
        <Search
          control={control}
          found={found}
          onEnter={(first) => (both || !table.value ? control.reveal(first) : toFirst.current())}
        />
        {(both || !table.value) && <Folding control={control} />}
      </div>
      <div class={both ? "nn-net-both" : "nn-net-one"}>
        {(both || !table.value) && <Graph key={turn} control={control} found={found} />}
        {(both || table.value) && (
          <LayerTable {...{ network, found, order, toFirst }} onLayer={control.goTo} />
        )}
      </div>
      <Facts map={map} place={hover.value ?? active.value} />
    </div>
  );
}

/** What can be done with the graph of this network; `turn` counts them. */
function useControl(network: Found, room: { readonly current: HTMLElement | null }) {
  const { store, view } = useScope();
  const last = useRef<{ readonly control: GraphControl; readonly turn: number } | null>(null);
  last.current = useMemo(() => {
    const goTo = (layer: string) => {
      const page = room.current?.getRootNode() as Document | ShadowRoot | undefined;
      // The focus goes along, to the channels.
      view.refocus.value = room.current?.contains(page?.activeElement ?? null) ?? false;
      store.set({ layer, view: "channels" });
    };
    // A new answer has a new control, which goes on in the view of the last one.
    const size = last.current?.control.size.peek();
    const turn = (last.current?.turn ?? 0) + 1;
    return { control: new GraphControl(stateOf(view, network), goTo, size), turn };
  }, [view, network, store, room]);
  return last.current;
}

function Folding({ control }: { readonly control: GraphControl }) {
  const { map, open } = control.state;
  const blocks = map.folding();
  if (blocks.size === 0) return null;
  return (
    <span class="nn-net-folding">
      <Small disabled={open.value.size === blocks.size} onClick={() => control.unfold(blocks)}>
        Unfold all
      </Small>
      <Small disabled={open.value.size === 0} onClick={() => control.unfold(new Set())}>
        Fold all
      </Small>
    </span>
  );
}

/** The nodes whose names hold what was typed; if there is none, those whose kinds do, or what is like it. */
function foundIn({ network: { nodes } }: NetworkMap, typed: string): ReadonlySet<number> | null {
  const sought = typed.trim().toLowerCase();
  if (!sought) return null;
  const holding = (fact: "name" | "kind") =>
    nodes.flatMap((node, place) => (node[fact].toLowerCase().includes(sought) ? [place] : []));
  const found = [
    () => holding("name"),
    () => holding("kind"),
    () =>
      filter(
        nodes.map(({ name }) => [name]),
        sought,
      ),
  ];
  for (const find of found) {
    const places = find();
    if (places.length > 0) return new Set(places);
  }
  return new Set();
}

interface SearchProps {
  readonly control: GraphControl;
  readonly found: ReadonlySet<number> | null;
  readonly onEnter: (first: number) => void;
}

function Search({ control, found, onEnter }: SearchProps) {
  const { typed, map } = control.state;
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter and Escape may be meant for what composes the letters.
    if (event.isComposing) return;
    const [first] = found ?? [];
    if (event.key === "Enter" && first !== undefined) onEnter(first);
    else if (event.key === "Escape" && typed.value) {
      typed.value = "";
      event.stopPropagation();
    }
  };
  return (
    <span class="nn-net-search">
      <input
        type="search"
        aria-label="Search layers"
        placeholder="Search layers"
        value={typed.value}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
        }}
        onKeyDown={onKeyDown}
      />
      {found && <Muted role="status">{`${found.size} of ${map.network.nodes.length} rows`}</Muted>}
    </span>
  );
}

/** All that is known of the node under the pointer, or of the one with the focus. */
function Facts({ map, place }: { readonly map: NetworkMap; readonly place: number }) {
  const node = map.node(place);
  return (
    <p class="nn-net-facts" aria-hidden="true">
      <b>{place === INPUT ? "input" : node?.name}</b> <Muted>{node?.kind}</Muted>
      {map.facts(place).map(([name, value]) => (
        <span key={name}>
          <Muted>{name}</Muted> {value}
        </span>
      ))}
    </p>
  );
}
