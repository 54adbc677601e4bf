/** The likeliest classes as bars, and a field to pick any other; whichever is picked is what the map explains. */

import { useMemo } from "preact/hooks";
import { percent } from "../draw/number";
import type { Prediction } from "../records";
import { Combobox } from "./combobox";
import { useScope } from "./context";

export function Classes() {
  const { store } = useScope();
  const { predictions, _labels } = store.traits;
  const labels = _labels.value;
  const options = useMemo(() => labels.map((name, index) => ({ name: name || `class ${index}` })), [labels]);
  if (predictions.value.length === 0) return null;
  const target = store.target.value;
  return (
    <div class="nn-classes">
      <ul aria-label="Classes">
        {predictions.value.map((prediction) => (
          <Bar key={prediction.index} prediction={prediction} chosen={prediction.index === target} />
        ))}
      </ul>
      {options.length > 0 && (
        <div class="nn-class-row">
          <span class="nn-muted" aria-hidden="true">
            Class
          </span>
          <Combobox
            label="Class"
            options={options}
            picked={target ?? -1}
            onPick={(index) => store.set({ target: index })}
            placeholder="any class"
            above
          />
        </div>
      )}
    </div>
  );
}

function Bar({ prediction, chosen }: { prediction: Prediction; chosen: boolean }) {
  const { store } = useScope();
  const { index, label, probability, logit } = prediction;
  const width = Number.isFinite(probability) ? 100 * probability : 0;
  return (
    <li>
      <button
        type="button"
        class={chosen ? "nn-class nn-chosen" : "nn-class"}
        aria-pressed={chosen}
        title={`class ${index} · logit ${logit?.toFixed?.(2) ?? "unknown"}`}
        onClick={() => store.set({ target: index })}
      >
        <span class="nn-class-bar" style={{ width: `${width}%` }} aria-hidden="true" />
        <span class="nn-class-name">{label}</span>
        <span class="nn-class-share">{percent(probability)}</span>
      </button>
    </li>
  );
}
