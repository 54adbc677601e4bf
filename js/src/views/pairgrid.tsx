/** Cards of the channels, of which only those in sight are in the page and are asked for. */

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Differences } from "../compared";
import { GAP, type Layout, rowsInSight, scrollTo, step } from "../draw/layout";
import { format, percent } from "../draw/number";
import { APART, cardsOf, pageOf } from "../draw/pairs";
import type { LayerPictures } from "../records";
import type { Store } from "../state";
import { useAnswer } from "./answer";
import { useScope } from "./context";
import { Muted } from "./muted";
import { PairTiles } from "./pairtiles";
import { both, inOrder, namesIn } from "./sides";
import { useSize } from "./size";

interface Props {
  readonly found: Differences;
  readonly pictures: LayerPictures;
  /** Numbers of the channels, in the order in which they stand. */
  readonly order: readonly number[];
}

export function PairGrid({ found, pictures, order }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const size = useSize(scroller);
  const top = useSignal(0);
  const focus = useSignal(0);
  const layout = cardsOf(order.length, size.value.width, pictures.size[0] / pictures.size[1]);
  const rows = rowsInSight(layout, top.value, size.value.height, 1);
  const page = pageOf(pictures.size);
  const moves = useMoves(scroller, layout, order, focus, top);
  const [from, to] = [rows.first * layout.columns, Math.min(order.length, rows.last * layout.columns)];
  const focused = Math.min(focus.value, Math.max(0, order.length - 1));
  const pages = new Set<number>();
  for (let place = from; place < to; place++) pages.add(Math.floor(place / page));
  // The card with the focus stays in the page also when it is scrolled out of sight.
  if (order.length > 0) pages.add(Math.floor(focused / page));
  return (
    <div
      ref={scroller}
      class="nn-grid nn-pairs"
      role="listbox"
      aria-label="Differences"
      tabIndex={-1}
      style={{ "--total": `${layout.total}px`, "--gutter": `${size.value.gutter}px` }}
      {...moves}
    >
      <div class="nn-cells" role="presentation" style={{ height: `${layout.total}px` }}>
        {size.value.width > 0 &&
          [...pages].map((number) => {
            const first = number * page;
            return (
              <Page
                key={number}
                {...{ found, layout, first, focused }}
                channels={order.slice(first, first + page)}
              />
            );
          })}
      </div>
    </div>
  );
}

interface PageProps {
  readonly found: Differences;
  readonly layout: Layout;
  /** Place of the first of them in the order. */
  readonly first: number;
  readonly focused: number;
  readonly channels: readonly number[];
}

/** Channels that are asked for together. */
function Page({ found, layout, first, focused, channels }: PageProps) {
  const { store } = useScope();
  const enlarged = store.enlarged.value;
  const names = namesIn(store);
  const { value, problem } = useAnswer("pair", { layer: found.layer, channels });
  return (
    <>
      {channels.map((channel, i) => {
        const place = first + i;
        const [row, column] = [Math.floor(place / layout.columns), place % layout.columns];
        const at = value?.layer === found.layer ? value.channels.indexOf(channel) : -1;
        return (
          <div
            key={channel}
            role="option"
            aria-selected={enlarged === channel}
            aria-setsize={layout.count}
            aria-posinset={place + 1}
            aria-label={labelOf(found, channel, store)}
            data-index={place}
            class="nn-pair"
            tabIndex={place === focused ? 0 : -1}
            title={problem || labelOf(found, channel, store)}
            style={{
              left: `${column * (layout.width + APART)}px`,
              top: `${row * (layout.height + GAP)}px`,
              width: `${layout.width}px`,
              height: `${layout.height}px`,
            }}
          >
            {value && at >= 0 ? (
              <PairTiles pair={value} at={at} names={names} />
            ) : (
              <span class="nn-pair-tiles nn-coming" />
            )}
            <Numbers found={found} channel={channel} />
          </div>
        );
      })}
    </>
  );
}

function Numbers({ found, channel }: { readonly found: Differences; readonly channel: number }) {
  const { store } = useScope();
  const { change, correlation, thisMean, otherMean } = found;
  return (
    <span class="nn-pair-numbers">
      <b>{channel}</b> {share(change[channel])}{" "}
      <Muted>
        {`r ${rounded(correlation[channel])}`}
        <br />
        {`mean ${both(store, [format(thisMean[channel], 3), format(otherMean[channel], 3)])}`}
      </Muted>
    </span>
  );
}

/** `41 %`; a dash where it is not known. */
export function share(change: number | null | undefined): string {
  if (change === null || change === undefined || Number.isNaN(change)) return "–";
  return change < 10 ? percent(change, change < 0.1 ? 1 : 0) : `${format(change, 3)} ×`;
}

/** Two decimals; a dash where it is not known. */
export function rounded(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  return format(Math.round(100 * value) / 100);
}

function labelOf(found: Differences, channel: number, store: Store): string {
  const { change, correlation, thisMean, otherMean } = found;
  const names = namesIn(store);
  const means = [thisMean, otherMean].map((mean, i) => `${format(mean[channel], 3)} ${names[i]}`);
  return [
    `channel ${channel} of ${change.length}`,
    `change ${share(change[channel])}`,
    `correlation ${rounded(correlation[channel])}`,
    `mean ${inOrder(store, [means[0], means[1]]).join(", ")}`,
  ].join(", ");
}

/** Keys and clicks: where they lead, what they open. */
function useMoves(
  scroller: { current: HTMLDivElement | null },
  layout: Layout,
  order: readonly number[],
  focus: { value: number },
  top: { value: number },
) {
  const { store, view } = useScope();
  const enlarged = store.enlarged.value;
  useEffect(() => {
    return () => {
      view.hover.value = null;
      view.pointed.value = "";
    };
  }, [view]);
  const cell = () => scroller.current?.querySelector<HTMLElement>(`[data-index="${focus.value}"]`);
  const go = (place: number) => {
    focus.value = place;
    const element = scroller.current;
    if (!element) return;
    element.scrollTop = scrollTo(layout, place, element.scrollTop, element.clientHeight);
    top.value = element.scrollTop;
    const found = cell();
    if (found) found.focus({ preventScroll: true });
    else requestAnimationFrame(() => cell()?.focus({ preventScroll: true }));
  };
  useEffect(() => {
    if (enlarged !== null || !view.refocus.peek()) return;
    view.refocus.value = false;
    cell()?.focus({ preventScroll: true });
  }, [enlarged]);
  const open = (place: number) => {
    focus.value = place;
    store.set({ channel: order[place] ?? null });
  };
  return {
    onScroll: () => {
      top.value = scroller.current?.scrollTop ?? 0;
    },
    onClick: (event: MouseEvent) => {
      const index = (event.target as HTMLElement).closest<HTMLElement>("[data-index]")?.dataset.index;
      if (index !== undefined) open(Number(index));
    },
    onKeyDown: (event: KeyboardEvent) => {
      if (event.altKey || event.metaKey) return;
      const page = Math.floor((scroller.current?.clientHeight ?? 0) / (layout.height + GAP));
      const next = step(layout, focus.value, event.key, event.ctrlKey, Math.max(1, page));
      if (next !== null) go(next);
      else if (event.key === "Enter" || event.key === " ") open(focus.value);
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
  };
}
