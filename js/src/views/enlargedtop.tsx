/** Head of the enlarged view: which channel, and how it is drawn. */

import { ordinal, times } from "../draw/number";
import { orderOf } from "../draw/order";
import type { LayerPictures, Sort } from "../records";
import type { Store } from "../state";
import type { EnlargedTab } from "../view";
import { useScope } from "./context";
import { Choice } from "./controls";
import { close, enlarge, neighbour } from "./enlarged";
import { IconButton } from "./icons";
import { withRooms, withTools } from "./room";
import { Slot } from "./slot";
import { Opacity } from "./specimen";
import { Working } from "./working";

/** What a channel can be ranked by, as a noun. */
const NOUNS: Record<Exclude<Sort, "index">, string> = {
  max: "maximum",
  mean: "mean",
  std: "deviation",
  l2: "L2 norm",
  active: "active cells",
  share: "share of the class",
  effect: "effect on the score",
  change: "change",
  region: "response in the region",
};

export function EnlargedTop({ channel, pictures }: { channel: number; pictures: LayerPictures }) {
  const { store, view, root } = useScope();
  return (
    <>
      <div class="nn-title">
        <p class="nn-about">
          <strong>{`Channel ${channel}`}</strong>
          <code class="nn-muted">{pictures.layer}</code>
          <span class="nn-muted nn-facts">
            <Slot>{({ SideName }) => <SideName />}</Slot>
            {`${times(pictures.size)} · ${rankOf(store, pictures, channel)}`}
          </span>
        </p>
        <div class="nn-tools">
          <Step by={-1} />
          <Step by={1} />
          <Slot>{({ ChannelButtons }) => <ChannelButtons channel={channel} />}</Slot>
          <IconButton
            icon="code"
            label="Copy as Python code"
            onClick={() => withTools(store, view, (tools) => tools.copySnippet(store, view))}
          />
          {hasMaps(view.tab.value) && (
            <IconButton
              icon="save"
              label="Save the channel as PNG"
              onClick={() => withRooms(store, view, (rooms) => rooms.saveEnlarged(store, view, root))}
            />
          )}
          <IconButton icon="close" label="Close" onClick={() => close(store, view)} />
        </div>
      </div>
      <Looks />
    </>
  );
}

const TABS: readonly EnlargedTab[] = ["Map", "Pixels", "Wants", "Sum"];

/** Whether a tab shows maps over the image. */
function hasMaps(tab: EnlargedTab): boolean {
  return tab === "Map" || tab === "Pixels";
}

/** What is asked about the channel, and how the answer is drawn. */
function Looks() {
  const { store, view } = useScope();
  const tab = view.tab.value;
  const wanting = tab === "Wants" && store.wanting.part.value;
  return (
    <div class="nn-looks">
      <Choice<EnlargedTab>
        tabs
        label="Enlarged"
        title="Map: the channel. Pixels: what in the image drives it. Wants: what would. Sum: how each of its cells came about"
        words={TABS}
        value={tab}
        onChange={(next) => {
          view.tab.value = next;
          if (next === "Pixels") withTools(store, view, (tools) => tools.openPixels(store, view));
        }}
      />
      {tab === "Pixels" && <Working />}
      {hasMaps(tab) && <Opacity />}
      {tab === "Pixels" && <Slot>{({ MethodSelect }) => <MethodSelect pixels />}</Slot>}
      {wanting && <wanting.WantsSettings />}
      {tab === "Map" && (
        <Choice
          label="cells"
          words={["exact", "smooth"]}
          value={store.traits.smooth.value ? "smooth" : "exact"}
          onChange={(word) => store.set({ smooth: word === "smooth" })}
        >
          cells
        </Choice>
      )}
    </div>
  );
}

function Step({ by }: { by: -1 | 1 }) {
  const { store, view } = useScope();
  const next = neighbour(store, by);
  return (
    <IconButton
      icon={by < 0 ? "back" : "next"}
      label={by < 0 ? "Previous channel" : "Next channel"}
      disabled={next === null}
      onClick={() => next !== null && enlarge(store, view, next)}
    />
  );
}

/** `1st of 144 by maximum`: by what the grid is sorted by, by the maximum when it is in order. */
export function rankOf(store: Store, pictures: LayerPictures, channel: number): string {
  const sort = store.traits.sort.value;
  const by = sort === "index" ? "max" : sort;
  const order = sort === "index" ? orderOf("max", pictures.stats, null) : store.order.value;
  return `${ordinal(order.indexOf(channel) + 1)} of ${pictures.channels} by ${NOUNS[by]}`;
}
