/** A field for a whole number: it is taken on Enter or when the focus leaves, and stays as it was where it is none. */

import { useSignal } from "@preact/signals";
import { useScope } from "./context";
import { Muted } from "./muted";
import { tell } from "./tell";

interface Props {
  readonly label: string;
  readonly title: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  /** What stands in the empty field, where an empty one is 0. */
  readonly none?: string | undefined;
  readonly onChange: (value: number) => void;
}

export function NumberField({ label, title, value, min, max, none, onChange }: Props) {
  const { view } = useScope();
  const typed = useSignal<string | null>(null);
  const shown = none !== undefined && value === 0 ? "" : String(value);
  const commit = () => {
    const text = (typed.peek() ?? shown).trim();
    typed.value = null;
    if (text === shown) return;
    const next = readWhole(text, { min, max, none });
    if (next !== null) onChange(next);
    else
      tell(
        view,
        `${label}: a whole number from ${min} to ${max}${none === undefined ? "" : `, or ${none}`}.`,
      );
  };
  return (
    <label class="nn-numberfield" title={title}>
      <Muted aria-hidden="true">{label.toLowerCase()}</Muted>
      <input
        type="number"
        aria-label={label}
        placeholder={none}
        {...{ min, max }}
        step={1}
        value={typed.value ?? shown}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
        }}
        onChange={commit}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === "Enter") commit();
          // Jupyter and the enlarged view have other uses for what is typed here.
          if (event.key !== "Escape" && event.key !== "Tab") event.stopPropagation();
        }}
      />
    </label>
  );
}

/** The number that was typed; `null` where it is none that may be. */
function readWhole(text: string, { min, max, none }: Pick<Props, "min" | "max" | "none">): number | null {
  const empty = none === undefined ? Number.NaN : 0;
  const number = text === "" ? empty : Number(text);
  return number === empty || (Number.isInteger(number) && number >= min && number <= max) ? number : null;
}
