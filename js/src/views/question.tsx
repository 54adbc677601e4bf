/** What the map explains: a class, a channel or one of its cells. */

import { orderOf } from "../draw/order";
import { placeOf } from "../draw/query";
import { type Unit, unitOf, unitText } from "../draw/unit";
import { unitWords } from "../draw/unitwords";
import type { Store } from "../state";
import type { ViewState } from "../view";
import { cellAt } from "./cellbox";
import { useScope } from "./context";
import { Choice } from "./controls";
import { IconButton } from "./icons";

const KINDS = ["class", "channel", "cell"] as const;
type Kind = (typeof KINDS)[number];

export function Explain() {
  const { store, view } = useScope();
  const unit = unitOf(store.traits.unit.value);
  const kind: Kind = !unit ? "class" : unit.cell ? "cell" : "channel";
  return (
    <>
      <Choice<Kind>
        label="Explain"
        words={KINDS}
        value={kind}
        title="What the map explains: a class, the positive part of a channel, or one of its cells"
        onChange={(next) => {
          if (next === "class") leave(store, view);
          else store.set({ unit: unitText(suggest(store, view, next)) });
        }}
      >
        explain
      </Choice>
      {unit && <UnitLine unit={unit} />}
    </>
  );
}

function UnitLine({ unit }: { unit: Unit }) {
  const { store, view } = useScope();
  const words = unitWords(unit);
  return (
    <p class="nn-unit" title={`${words} of ${unit.layer}`}>
      <span class="nn-cut">
        {words}
        <br />
        <code class="nn-muted">{unit.layer}</code>
      </span>
      <IconButton icon="close" label="Explain the class again" onClick={() => leave(store, view)} />
    </p>
  );
}

/** Back to the class, and to how its map was made. */
function leave(store: Store, view: ViewState): void {
  store.set({ ...view.before.value, unit: "" });
  view.before.value = null;
}

/** The unit to begin with: the one in use, else the enlarged or the strongest channel; the cell last pointed at. */
function suggest(store: Store, view: ViewState, kind: Kind): Unit {
  const pictures = store.pictures.value;
  const order = store.order.value;
  const first =
    pictures && store.traits.sort.value === "index" ? orderOf("max", pictures.stats, null) : order;
  const unit = unitOf(store.traits.unit.value) ?? {
    layer: pictures?.layer ?? store.traits.layer.value,
    channel: store.enlarged.value ?? first[0] ?? 0,
    cell: null,
  };
  if (kind === "channel") return { ...unit, cell: null };
  const layers = store.traits.layers.value;
  const [, height = 1, width = 1] = layers[placeOf(layers, unit.layer)]?.shape ?? [];
  return { ...unit, cell: unit.cell ?? cellAt(view.last.value ?? { u: 0.5, v: 0.5 }, [height, width]) };
}
