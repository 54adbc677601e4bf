/** The likeliest classes as bars; whichever is picked is what the map explains. */

import { percent } from "../draw/number";
import type { Prediction } from "../records";
import type { Store } from "../state";
import type { ViewState } from "../view";
import { useScope } from "./context";
import { Slot } from "./slot";

export function Classes() {
  const { store, view } = useScope();
  const { predictions, unit } = store.traits;
  if (predictions.value.length === 0) return null;
  const target = unit.value ? null : store.target.value;
  return (
    <div class="nn-classes">
      <ul aria-label="Classes">
        {predictions.value.map((prediction) => (
          <Bar key={prediction.index} prediction={prediction} chosen={prediction.index === target} />
        ))}
      </ul>
      <Slot>
        {({ ClassField }) => (
          <ClassField
            label="Class"
            picked={target}
            placeholder="any class"
            onPick={(index) => choose(store, view, index)}
          />
        )}
      </Slot>
    </div>
  );
}

/** Explain a class, also in place of a unit. */
function choose(store: Store, view: ViewState, index: number): void {
  const versus = store.traits.versus.value;
  view.before.value = null;
  store.set({ target: index, unit: "", versus: versus === index ? null : versus });
}

/** One class; with another taken away, the two carry their signs. */
function Bar({ prediction, chosen }: { prediction: Prediction; chosen: boolean }) {
  const { store, view } = useScope();
  const { index, label, probability, logit } = prediction;
  const { unit, versus } = store.traits;
  const comparing = versus.value !== null && unit.value === "";
  const against = comparing && versus.value === index;
  const width = Number.isFinite(probability) ? 100 * probability : 0;
  const change = store.tools.part.value?.changeOf(store, prediction);
  const facts = `class ${index}${change ? `\n${change.facts}` : ` · logit ${logit?.toFixed?.(2) ?? "unknown"}`}`;
  return (
    <li>
      <button
        type="button"
        class={`nn-class${chosen ? " nn-chosen" : against ? " nn-against" : ""}`}
        aria-pressed={chosen}
        title={
          chosen
            ? facts
            : `${facts}\n${against ? "Its map is taken away" : "Shift-click to take its map away"}`
        }
        onClick={(event) => {
          if (!event.shiftKey || index === store.target.value) choose(store, view, index);
          else store.set({ versus: against ? null : index, unit: "" });
        }}
      >
        <span class="nn-class-bar" style={{ width: `${width}%` }} aria-hidden="true" />
        {change?.mark}
        {comparing && (chosen || against) && <span class="nn-sign">{chosen ? "+" : "−"}</span>}
        <span class="nn-class-name">{label}</span>
        <span class="nn-class-share">{change?.share ?? percent(probability)}</span>
      </button>
    </li>
  );
}
