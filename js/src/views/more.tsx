/** What is asked for less often: another class to compare with, and whose conventions the map follows. */

import type { Style } from "../records";
import { ClassField, className } from "./classfield";
import { useScope } from "./context";
import { Select, Small } from "./controls";
import { IconButton } from "./icons";

export function More() {
  const { store } = useScope();
  const { unit, versus, map_style, predictions } = store.traits;
  const styles = store.method.value?.styles ?? [];
  const styled = styles.length > 1 || map_style.value !== "paper";
  const comparable = unit.value === "" && predictions.value.length > 0;
  if (!styled && !comparable) return null;
  const chosen = [
    comparable && versus.value !== null ? `− ${className(store, versus.value)}` : "",
    map_style.value === "paper" ? "" : map_style.value,
  ].filter(Boolean);
  return (
    <details class="nn-more">
      <summary class="nn-cut">More {chosen.length > 0 && <b>{chosen.join(" · ")}</b>}</summary>
      {comparable && <Versus />}
      {styled && (
        <Select<Style>
          label="Style"
          title="Whose conventions the map follows, where publications and libraries differ"
          options={[...new Set([...styles, map_style.value])].map((value) => ({ value, text: value }))}
          value={map_style.value}
          onChange={(value) => store.set({ map_style: value })}
        />
      )}
    </details>
  );
}

/** The class whose map is taken away. */
function Versus() {
  const { store } = useScope();
  const { versus, predictions } = store.traits;
  const runnerUp = predictions.value.find(({ index }) => index !== store.target.value);
  return (
    <ClassField
      label="Versus"
      picked={versus.value}
      placeholder="no other class"
      onPick={(index) => store.set({ versus: index === store.target.value ? null : index })}
    >
      {versus.value !== null ? (
        <IconButton icon="close" label="Compare with no class" onClick={() => store.set({ versus: null })} />
      ) : (
        runnerUp && (
          <Small
            title={`Take away the map of ${runnerUp.label}`}
            onClick={() => store.set({ versus: runnerUp.index })}
          >
            runner-up
          </Small>
        )
      )}
    </ClassField>
  );
}
