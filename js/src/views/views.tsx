/** Right column: the channels of the layer, or one of the rooms. */

import type { View } from "../records";
import { useScope } from "./context";
import { Choice } from "./controls";
import { Grid } from "./grid";
import { Fetched, Room } from "./room";
import { Slot } from "./slot";
import { Toolbar } from "./toolbar";

const TABS = {
  Channels: "channels",
  Kernels: "kernels",
  Statistics: "statistics",
  Network: "network",
  Differences: "differences",
  Region: "region",
} as const satisfies Record<string, View>;
type Tab = keyof typeof TABS;

/** What each view shows, for those who do not see its tab. */
const LABELS: Record<View, string> = {
  channels: "Channels of the layer",
  kernels: "Kernels of the layer",
  statistics: "Statistics of the layer",
  network: "The whole network",
  differences: "What differs",
  region: "Channels that answer to the region",
};

export function Views() {
  const { store } = useScope();
  const { _other, region } = store.traits;
  const view = store.traits.view.value;
  const tabs = names.filter(
    (name) => (name !== "Differences" || _other.value.kind) && (name !== "Region" || region.value.length > 0),
  );
  const tab = tabs.find((word) => TABS[word] === view) ?? "Channels";
  return (
    <div class="nn-view">
      <div class="nn-toolbar">
        <Choice
          tabs
          label="View"
          words={tabs}
          value={tab}
          onChange={(word) => store.set({ view: TABS[word] })}
        />
        {tab === "Channels" && <Toolbar />}
      </div>
      <Slot>{({ Above }) => <Above channels={tab === "Channels"} />}</Slot>
      <div class="nn-viewed" role="tabpanel" aria-label={LABELS[TABS[tab]]}>
        {tab === "Channels" && <Grid />}
        <Shown key={tab} tab={tab} />
      </div>
    </div>
  );
}

/** What is fetched apart. */
function Shown({ tab }: { readonly tab: Tab }) {
  const { tools } = useScope().store;
  if (tab === "Channels") return null;
  if (tab === "Differences" || tab === "Region")
    return (
      <Fetched from={tools}>
        {({ VIEWS }) => {
          const View = VIEWS[TABS[tab]];
          return <View />;
        }}
      </Fetched>
    );
  return (
    <Room>
      {({ VIEWS }) => {
        const View = VIEWS[TABS[tab]];
        return <View />;
      }}
    </Room>
  );
}

const names = Object.keys(TABS) as Tab[];
