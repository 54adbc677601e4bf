/** One channel, large: image, overlay and map side by side, with exact values under the pointer. */

import { type Signal, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { overPhoto } from "../draw/colormap";
import type { LayerPictures } from "../records";
import type { Spot, Store, ViewState } from "../state";
import { axisOf } from "./axis";
import { cellAt } from "./cellbox";
import { TallBar } from "./colourbar";
import { useScope } from "./context";
import { EnlargedTop } from "./enlargedtop";
import { Facts, readingText } from "./facts";
import { Pictures } from "./pictures";

export function Enlarged() {
  const { store } = useScope();
  const channel = store.enlarged.value;
  const pictures = store.pictures.value;
  return channel === null || !pictures ? null : <Dialog channel={channel} pictures={pictures} />;
}

function Dialog({ channel, pictures }: { channel: number; pictures: LayerPictures }) {
  const { store, view, root } = useScope();
  const dialog = useRef<HTMLDivElement>(null);
  const spot = useSignal<Spot | null>(null);
  useSignalEffect(() => {
    const open = store.enlarged.value;
    if (open !== null && store.answering.value) store.detail.wantExact(open);
  });
  useLayoutEffect(() => focusFromWithin(root, dialog.current), [root]);
  useEffect(() => {
    // The same place, read from another channel.
    const last = spot.peek();
    spot.value = last && { ...last, channel };
  }, [channel, spot]);
  const normalize = store.traits.normalize.value;
  const colormap = store.traits.colormap.value;
  const own = { lo: pictures.stats.min[channel] ?? 0, hi: pictures.stats.max[channel] ?? 0 };
  return (
    <div class="nn-over">
      <div
        ref={dialog}
        class="nn-dialog"
        role="dialog"
        aria-label={`Channel ${channel}`}
        tabIndex={-1}
        onKeyDown={(event) => onKey(event, store, view, spot)}
      >
        <EnlargedTop channel={channel} pictures={pictures} />
        <div class="nn-pictures">
          <Pictures channel={channel} pictures={pictures} spot={spot} />
          <TallBar
            axis={axisOf(normalize === "channel" ? own : store.range.value, normalize)}
            colormaps={[...new Set([colormap, overPhoto(colormap)])]}
          />
        </div>
        <Facts channel={channel} pictures={pictures} spot={spot.value} />
      </div>
    </div>
  );
}

/** Take the focus, but not from a cell of the notebook in which the user is typing. */
function focusFromWithin(root: HTMLElement, dialog: HTMLElement | null): void {
  const page = root.getRootNode() as Document | ShadowRoot;
  const active = page.activeElement;
  if (!active || active === document.body || root.contains(active)) dialog?.focus({ preventScroll: true });
}

export function close(store: Store, view: ViewState): void {
  view.refocus.value = true;
  store.set({ channel: null });
}

/** The channel `by` places on in the order of the grid; `null` at its ends. */
export function neighbour(store: Store, by: number): number | null {
  const order = store.order.value;
  return order[order.indexOf(store.enlarged.value ?? 0) + by] ?? null;
}

const STEPS: Record<string, readonly [number, number]> = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
};

function onKey(event: KeyboardEvent, store: Store, view: ViewState, spot: Signal<Spot | null>): void {
  if (event.altKey || event.metaKey || event.ctrlKey) return;
  const step = STEPS[event.key];
  if (event.key === "Escape") close(store, view);
  else if (step && event.shiftKey) moveCell(store, view, spot, step);
  else if (step) {
    const next = neighbour(store, step[0] + step[1]);
    if (next !== null) store.set({ channel: next });
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

/** Read another cell by keyboard: from the middle at first, then one cell at a time. */
function moveCell(
  store: Store,
  view: ViewState,
  spot: Signal<Spot | null>,
  [down, right]: readonly [number, number],
) {
  const pictures = store.pictures.value;
  const channel = store.enlarged.value;
  if (!pictures || channel === null) return;
  const [rows, columns] = pictures.size;
  const [row, column] = cellAt(spot.value ?? { u: 0.5, v: 0.5 }, pictures.size);
  const started = spot.value !== null;
  const to = (from: number, by: number, count: number) =>
    (Math.max(0, Math.min(count - 1, from + (started ? by : 0))) + 0.5) / count;
  spot.value = { channel, u: to(column, right, columns), v: to(row, down, rows) };
  view.said.value = readingText(store, pictures, spot.value);
}
