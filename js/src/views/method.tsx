/** How the map is made: the switch, and the menu of methods that Python offers. */

import type { MethodInfo } from "../records";
import type { Store } from "../state";
import { useScope } from "./context";
import { type Choosable, Select } from "./controls";

/** Switch and menu; the menu's words are the switch's too. */
export function MapSwitch() {
  const { store } = useScope();
  const { cam } = store.traits;
  const able = store.explains.value;
  const why = "Needs class scores; pass target=callable in Python.";
  return (
    <>
      <div class="nn-map-row">
        <button
          type="button"
          role="switch"
          class="nn-switch"
          aria-checked={cam.value && able}
          aria-label="Grad-CAM"
          disabled={!able}
          title={able ? "Show what in the image drives the class" : why}
          onClick={() => store.set({ cam: !cam.value })}
        >
          <span class="nn-knob" aria-hidden="true" />
        </button>
        <MethodSelect />
      </div>
      {!able && <p class="nn-muted nn-why">{why}</p>}
    </>
  );
}

/** The menu of methods, or of those over pixels only. */
export function MethodSelect({ pixels = false }: { pixels?: boolean }) {
  const { store, view } = useScope();
  const { method, _methods } = store.traits;
  const methods = pixels ? _methods.value.filter(({ at }) => at === "pixels") : _methods.value;
  return (
    <Select
      label="Method"
      hidden={!pixels}
      title={explained(store.method.value)}
      options={optionsOf(methods, method.value)}
      value={method.value}
      disabled={!store.explains.value}
      onChange={(key) => {
        if (!pixels) view.before.value = null;
        store.set(methodChange(store, key));
      }}
    />
  );
}

/** A method and, where it cannot be had in the style in use, a style. */
export function methodChange(store: Store, key: string) {
  const styles = store.traits._methods.value.find((method) => method.key === key)?.styles ?? [];
  const style = store.traits.map_style.value;
  return { method: key, map_style: styles.includes(style) ? style : (styles[0] ?? "paper") };
}

export function optionsOf(methods: readonly MethodInfo[], chosen: string): Choosable<string>[] {
  const options = methods.map(({ key, label, group, long }) => ({
    value: key,
    text: long ? `${label} (slow)` : label,
    group,
  }));
  const known = options.some(({ value }) => value === chosen);
  return known ? options : [...options, { value: chosen, text: chosen }];
}

function explained(method: MethodInfo | null): string {
  if (!method) return "";
  const slow = method.long ? "Takes many passes; it can be stopped." : "";
  return [method.hint, slow, method.citation].filter(Boolean).join("\n");
}
