/** How the map is made: the menu of methods that Python offers. */

import type { MethodInfo } from "../records";
import type { Store } from "../state";
import { useScope } from "./context";
import { type Choosable, Select } from "./controls";

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

/** A method and, where it cannot be had in the style in use, a style. */
export function methodChange(store: Store, key: string) {
  const styles = store.traits._methods.value.find((method) => method.key === key)?.styles ?? [];
  const style = store.traits.map_style.value;
  return { method: key, map_style: styles.includes(style) ? style : (styles[0] ?? "paper") };
}
