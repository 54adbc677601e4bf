/** One channel, large: image, overlay and map side by side, with exact values under the pointer. */

import { type Signal, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { overPhoto } from "../draw/colormap";
import { clamp } from "../draw/layout";
import type { LayerPictures } from "../records";
import type { Store } from "../state";
import type { Spot, ViewState } from "../view";
import { axisOf } from "./axis";
import { cellAt, middleOf, placeOf } from "./cellbox";
import { portionAxis, TallBar } from "./colourbar";
import { useScope } from "./context";
import { Dialog } from "./dialog";
import { EnlargedTop } from "./enlargedtop";
import { Facts, readingText } from "./facts";
import { stepOf } from "./keys";
import { Notices } from "./notices";
import { Pictures, type Props as PicturesProps } from "./pictures";
import { ask, askedOf, unitChange } from "./pixelask";
import { Fetched, Room } from "./room";

export function Enlarged() {
  const { store } = useScope();
  const channel = store.enlarged.value;
  const pictures = store.pictures.value;
  return channel === null || !pictures ? null : <Channel channel={channel} pictures={pictures} />;
}

function Channel({ channel, pictures }: { channel: number; pictures: LayerPictures }) {
  const { store, view } = useScope();
  const spot = useSignal<Spot | null>(null);
  useSignalEffect(() => {
    const open = store.enlarged.value;
    if (open !== null && store.answering.value) store.detail.wantExact(open);
  });
  useEffect(() => {
    // The same place, read from another channel.
    const last = spot.peek();
    spot.value = last && { ...last, channel };
  }, [channel, spot]);
  // However it is closed, it opens with the map again.
  useEffect(() => {
    return () => {
      view.tab.value = "Map";
      view.summed.value = null;
    };
  }, [view]);
  const tab = view.tab.value;
  const pixels = tab === "Pixels";
  const wants = tab === "Wants";
  const Foot = store.lazy.part.value?.PixelsFoot;
  return (
    <Dialog label={`Channel ${channel}`} onKeyDown={(event) => onKey(event, store, view, spot)}>
      <EnlargedTop channel={channel} pictures={pictures} />
      {(pixels || wants) && <Notices />}
      <div
        class={{ Sum: "nn-sum", Wants: "nn-wants" }[tab as string] ?? "nn-pictures"}
        role="tabpanel"
        aria-label={tab}
      >
        {tab === "Map" && <Activation channel={channel} pictures={pictures} spot={spot} />}
        {pixels && (
          <Room>{({ Pixels }) => <Pixels channel={channel} pictures={pictures} spot={spot} />}</Room>
        )}
        {wants && (
          <Fetched from={store.wanting}>
            {({ Wants }) => <Wants channel={channel} pictures={pictures} />}
          </Fetched>
        )}
        {tab === "Sum" && <Room>{({ Sum }) => <Sum channel={channel} pictures={pictures} />}</Room>}
      </div>
      {pixels && Foot && <Foot channel={channel} />}
      {(pixels || tab === "Map") && <Facts channel={channel} pictures={pictures} spot={spot.value} />}
    </Dialog>
  );
}

function Activation(props: PicturesProps) {
  const { store } = useScope();
  const { channel, pictures } = props;
  const normalize = store.normalize.value;
  const colormap = store.colormap.value;
  const own = { lo: pictures.stats.min[channel] ?? 0, hi: pictures.stats.max[channel] ?? 0 };
  return (
    <>
      <Pictures {...props} />
      <TallBar
        axis={portionAxis(store) ?? axisOf(normalize === "channel" ? own : store.range.value, normalize)}
        colormaps={[...new Set([colormap, overPhoto(colormap)])]}
        held={store.held.value !== null}
      />
    </>
  );
}

export function close(store: Store, view: ViewState): void {
  view.refocus.value = true;
  // Of no channel can pictures grow.
  store.set({ channel: null, growing: false });
}

/** The channel `by` places on in the order of the grid; `null` at its ends. */
export function neighbour(store: Store, by: number): number | null {
  const order = store.order.value;
  return order[order.indexOf(store.enlarged.value ?? 0) + by] ?? null;
}

/** Enlarge another channel; while the pixels are asked for, ask for those that drive it. */
export function enlarge(store: Store, view: ViewState, channel: number): void {
  const question =
    view.tab.value === "Pixels" ? unitChange(store, channel, askedOf(store)?.cell ?? null) : {};
  store.set({ channel, ...question });
}

function onKey(event: KeyboardEvent, store: Store, view: ViewState, spot: Signal<Spot | null>): void {
  if (event.altKey || event.metaKey || event.ctrlKey) return;
  const step = stepOf(event.key);
  if (event.key === "Escape") close(store, view);
  else if (step && event.shiftKey) moveCell(store, view, spot, step);
  else if (step) {
    const next = neighbour(store, step[0] + step[1]);
    if (next !== null) enlarge(store, view, next);
  } else if (!store.tools.part.value?.act(event, store, view, store.enlarged.value)) return;
  event.preventDefault();
  event.stopPropagation();
}

/** Read another cell by keyboard, or ask about it, or for its sum: from the middle at first, then one cell at a time. */
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
  const tab = view.tab.value;
  const asked =
    tab === "Sum"
      ? (view.summed.value ?? middleOf(pictures.size))
      : tab === "Pixels"
        ? askedOf(store)?.cell
        : null;
  const [row, column] = asked ?? cellAt(spot.value ?? { u: 0.5, v: 0.5 }, pictures.size);
  const started = asked || spot.value !== null;
  const to = (from: number, by: number, count: number) => clamp(from + (started ? by : 0), 0, count - 1);
  const cell = [to(row, down, rows), to(column, right, columns)] as const;
  spot.value = { channel, ...placeOf(cell, pictures.size) };
  view.last.value = spot.value;
  if (tab === "Pixels") ask(store, cell);
  if (tab === "Sum") view.summed.value = cell;
  view.said.value = readingText(store, pictures, spot.value);
}
