/** A field in which any class can be picked, by its name. */

import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import type { Store } from "../state";
import { Combobox } from "./combobox";
import { useScope } from "./context";
import { Muted } from "./muted";

export function className(store: Store, index: number): string {
  return store.traits._labels.value[index] || `class ${index}`;
}

interface FieldProps {
  readonly label: string;
  readonly picked: number | null;
  readonly placeholder: string;
  readonly onPick: (index: number) => void;
  /** Stands behind the field. */
  readonly children?: ComponentChildren;
}

/** A field in which any class can be picked. */
export function ClassField({ label, picked, placeholder, onPick, children }: FieldProps) {
  const { store } = useScope();
  const labels = store.traits._labels.value;
  const options = useMemo(() => labels.map((name, index) => ({ name: name || `class ${index}` })), [labels]);
  if (options.length === 0) return null;
  return (
    <div class="nn-class-row">
      <Muted aria-hidden="true">{label}</Muted>
      <Combobox {...{ label, options, placeholder, onPick }} picked={picked ?? -1} above />
      {children}
    </div>
  );
}
