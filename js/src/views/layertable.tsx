/** The table of layers: what each is, and what it costs. */

import { type Signal, useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { clamp } from "../draw/layout";
import type { Network, NetworkNode } from "../findings";
import { COLUMNS, type Column, counted, entryOf, type Order, sorted, turned } from "../graph/sorting";
import { useScope } from "./context";
import { stepOf } from "./keys";
import { useSize } from "./size";

/** Pixels of a row, and how many rows stand ready beyond those in sight. */
const ROW = 24;
const SPARE = 8;

interface Props {
  readonly network: Network;
  /** The nodes that were sought; `null` while none are. */
  readonly found: ReadonlySet<number> | null;
  readonly order: Signal<Order>;
  readonly onLayer: (layer: string) => void;
  /** Gets what leads to the first row. */
  readonly toFirst: { current: () => void };
}

export function LayerTable({ network, found, order, onLayer, toFirst }: Props) {
  const { store } = useScope();
  const { nodes } = network;
  const body = useRef<HTMLDivElement>(null);
  const size = useSize(body);
  const top = useSignal(0);
  const active = useSignal<number | null>(null);
  const now = nodes.findIndex(({ name }) => name === store.traits.layer.value);
  const sought = nodes.map((_, place) => place).filter((place) => !found || found.has(place));
  const rows = sorted(nodes, sought, order.value);
  const first = Math.max(0, Math.floor(top.value / ROW) - SPARE);
  const last = Math.min(rows.length, Math.ceil((top.value + size.value.height) / ROW) + SPARE);
  // One row is in the tab order: the last that had the focus, else that of the panel's layer.
  const stop = clamp(rows.indexOf(active.value ?? now), 0, Math.max(0, rows.length - 1));
  const { show, focusOn, onFocusOut } = useFocusOn(body, top);
  // It starts at the panel's layer.
  useLayoutEffect(() => show(stop), []);
  const enter = (node?: NetworkNode) => node?.viewable && onLayer(node.name);
  const goTo = (row: number) => {
    active.value = rows[row] ?? null;
    focusOn(row);
  };
  toFirst.current = () => goTo(0);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const goal = goalOf(event.key, stop, rows.length, Math.floor(size.value.height / ROW) - 2);
    if (goal !== null) goTo(goal);
    else if (event.key === "Enter" || event.key === " ") enter(nodes[rows[stop] ?? -1]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      class="nn-table"
      role="grid"
      aria-label="Layers of the network"
      aria-rowcount={rows.length + 2}
      style={{ "--name": `${nameWidth(nodes)}px` }}
    >
      <div
        ref={body}
        class="nn-table-scroll"
        onScroll={(event) => {
          top.value = event.currentTarget.scrollTop;
        }}
      >
        <Head order={order} />
        <div role="rowgroup" style={{ height: `${rows.length * ROW}px` }} {...{ onKeyDown, onFocusOut }}>
          {rows.map((place, at) =>
            // The tab stop stays, wherever it is: it may have the focus.
            (at >= first && at < last) || at === stop ? (
              <Row
                key={place}
                node={nodes[place] as NetworkNode}
                at={at}
                tabIndex={at === stop ? 0 : -1}
                now={place === now}
                onFocus={() => {
                  active.value = place;
                }}
                onClick={() => enter(nodes[place])}
              />
            ) : null,
          )}
        </div>
        <Totals network={network} rows={rows.length} />
      </div>
    </div>
  );
}

/** Most letters of a name; of longer ones the end tells more than the start. */
const LETTERS = 23;

/** Width of the column of names, in pixels: its letters are of one width. */
function nameWidth(nodes: readonly NetworkNode[]): number {
  const longest = nodes.reduce((most, { name }) => Math.max(most, name.length), 0);
  return 16 + 7.4 * clamp(longest, 14, LETTERS);
}

function ending(name: string): string {
  return name.length > LETTERS ? `…${name.slice(1 - LETTERS)}` : name;
}

/** The row to which a key leads. */
function goalOf(key: string, from: number, count: number, page: number): number | null {
  const goals: Record<string, number> = {
    Home: 0,
    End: count - 1,
    PageUp: from - page,
    PageDown: from + page,
  };
  const goal = goals[key] ?? (stepOf(key)?.[0] ? from + (stepOf(key)?.[0] ?? 0) : null);
  return goal === null || count === 0 ? null : clamp(goal, 0, count - 1);
}

/** Brings a row into sight, and perhaps gives it the focus once it is in the page. */
function useFocusOn(body: { readonly current: HTMLDivElement | null }, top: Signal<number>) {
  const wanted = useRef<number | null>(null);
  const focus = (row: number | null) => {
    const found = body.current?.querySelector<HTMLElement>(`[data-row="${row}"]`);
    found?.focus({ preventScroll: true });
    wanted.current = found ? null : row;
  };
  useLayoutEffect(() => {
    if (wanted.current !== null) focus(wanted.current);
  });
  const show = (row: number) => {
    const view = body.current;
    if (!view) return;
    // Head and totals cover a row each.
    const [lowest, highest] = [(row + 3) * ROW - view.clientHeight, row * ROW];
    view.scrollTop = highest < lowest ? highest : clamp(view.scrollTop, lowest, highest);
    top.value = view.scrollTop;
  };
  const focusOn = (row: number) => {
    show(row);
    focus(row);
  };
  const onFocusOut = () => {
    wanted.current = null;
  };
  return { show, focusOn, onFocusOut };
}

function Head({ order }: { readonly order: Signal<Order> }) {
  const now = order.value;
  const sortOf = (column: Column) =>
    now?.column !== column ? "none" : now.down ? "descending" : "ascending";
  return (
    <div class="nn-table-row nn-table-head" role="row" aria-rowindex={1}>
      {COLUMNS.map((column) => (
        <div key={column} role="columnheader" class={classOf(column)} aria-sort={sortOf(column)}>
          <button
            type="button"
            class="nn-word"
            title={`Sort by ${column}`}
            aria-pressed={now?.column === column}
            onClick={() => {
              order.value = turned(now, column);
            }}
          >
            {column}
            <span aria-hidden="true">{now?.column === column ? (now.down ? " ↓" : " ↑") : ""}</span>
          </button>
        </div>
      ))}
    </div>
  );
}

interface RowProps {
  readonly node: NetworkNode;
  readonly at: number;
  readonly tabIndex: number;
  /** Whether it is the panel's layer. */
  readonly now: boolean;
  readonly onFocus: () => void;
  readonly onClick: () => void;
}

function Row({ node, at, tabIndex, now, onFocus, onClick }: RowProps) {
  return (
    <div
      class={node.viewable ? "nn-table-row nn-viewable" : "nn-table-row"}
      role="row"
      aria-rowindex={at + 2}
      aria-selected={now}
      data-row={at}
      style={{ top: `${at * ROW}px` }}
      {...{ tabIndex, onFocus, onClick }}
    >
      {COLUMNS.map((column) => {
        const { text, full } = entryOf(node, column);
        return (
          <span key={column} role="gridcell" class={classOf(column)} title={full} aria-label={full}>
            {column === "name" ? ending(text) : text}
          </span>
        );
      })}
    </div>
  );
}

/** What the whole network holds and costs; parameters that layers share are counted once. */
function Totals({ network, rows }: { readonly network: Network; readonly rows: number }) {
  const { totals, nodes } = network;
  const sums: Partial<Record<Column, { text: string; full: string }>> = {
    parameters: counted(totals.parameters),
    "multiply-adds": counted(totals.multiplyAdds),
    memory: counted(totals.memory, "B"),
  };
  return (
    <div class="nn-table-row nn-table-totals" role="row" aria-rowindex={rows + 2}>
      {COLUMNS.map((column) => (
        <span key={column} role="gridcell" class={classOf(column)} title={sums[column]?.full}>
          {column === "name" ? `all ${nodes.length} rows` : (sums[column]?.text ?? "")}
        </span>
      ))}
    </div>
  );
}

function classOf(column: Column): string {
  return column === "name" || column === "kind" ? `nn-cut nn-col-${column}` : "nn-col-number";
}
