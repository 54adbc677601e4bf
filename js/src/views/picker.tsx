/** Which layer: a field to type in, and a step either way. */

import { useMemo } from "preact/hooks";
import { times } from "../draw/number";
import { carried, placeOf } from "../draw/query";
import type { LayerInfo } from "../records";
import { Combobox } from "./combobox";
import { useScope } from "./context";
import { IconButton } from "./icons";
import type { Option } from "./listbox";

export function LayerPicker() {
  const { store } = useScope();
  const { layer, layers } = store.traits;
  const list = layers.value;
  const options = useMemo(() => list.map(optionOf), [list]);
  const current = placeOf(list, store.picked.value);
  const pick = (place: number) => {
    const next = list[place];
    if (next) store.set({ layer: carried(next, list, layer.peek()) });
  };
  // Clicks may come faster than pictures: each goes on from what was picked last.
  const step = (by: number) => pick(placeOf(list, layer.peek()) + by);
  return (
    <div class="nn-picker">
      <IconButton
        icon="back"
        label="Previous layer"
        framed
        disabled={current <= 0}
        onClick={() => step(-1)}
      />
      <IconButton
        icon="next"
        label="Next layer"
        framed
        disabled={current < 0 || current >= list.length - 1}
        onClick={() => step(1)}
      />
      <Combobox
        label="Layer"
        options={options}
        picked={current}
        onPick={pick}
        placeholder="Type a layer's name"
        mono
      >
        {list[current] && describe(list[current])}
      </Combobox>
      <span class="nn-muted nn-count">
        {current < 0 ? `${list.length} layers` : `layer ${current + 1} of ${list.length}`}
      </span>
    </div>
  );
}

function describe({ kind, asked, shape: [channels, ...size] }: LayerInfo): string {
  return asked
    ? `attention · ${channels} ${channels === 1 ? "head" : "heads"} · ${times(size)}`
    : `${kind} · ${channels} channels · ${times(size)}`;
}

function optionOf({ name, kind, shape }: LayerInfo): Option {
  return { name, also: kind, detail: `${kind} · ${times(shape)}` };
}
