/** Right column: the channels of the layer, or one of the rooms. */

import type { View } from "../records";
import { useScope } from "./context";
import { Choice } from "./controls";
import { Grid } from "./grid";
import { Room } from "./room";
import { Toolbar } from "./toolbar";

const TABS = {
  Channels: "channels",
  Kernels: "kernels",
  Statistics: "statistics",
  Network: "network",
} as const satisfies Record<string, View>;
type Tab = keyof typeof TABS;

/** What each view shows, for those who do not see its tab. */
const LABELS: Record<View, string> = {
  channels: "Channels of the layer",
  kernels: "Kernels of the layer",
  statistics: "Statistics of the layer",
  network: "The whole network",
};

export function Views() {
  const { store } = useScope();
  const view = store.traits.view.value;
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
      <div class="nn-viewed" role="tabpanel" aria-label={LABELS[TABS[tab]]}>
        {tab === "Channels" && <Grid />}
        {tab !== "Channels" && (
          <Room key={tab}>
            {({ VIEWS }) => {
              const Shown = VIEWS[TABS[tab]];
              return <Shown />;
            }}
          </Room>
        )}
      </div>
    </div>
  );
}

const tabs = Object.keys(TABS) as Tab[];
