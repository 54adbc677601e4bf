/** Small controls that look alike everywhere. */

import type { Signal } from "@preact/signals";
import { type ComponentChildren, type ComponentProps, Fragment } from "preact";
import { turnOf } from "./keys";
import { grouped } from "./menu";
import { Muted } from "./muted";

export interface Choosable<T extends string> {
  readonly value: T;
  readonly text: string;
  readonly disabled?: boolean;
  /** The heading under which it stands. */
  readonly group?: string;
}

interface SelectProps<T extends string> {
  readonly label: string;
  /** Whether the label is only for those who do not see the panel. */
  readonly hidden?: boolean;
  readonly options: readonly Choosable<T>[];
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly title?: string;
  readonly disabled?: boolean;
}

/** A muted label and a bold choice. */
export function Select<T extends string>({
  label,
  hidden = false,
  options,
  value,
  onChange,
  title,
  disabled = false,
}: SelectProps<T>) {
  return (
    <label class="nn-select" title={title}>
      {!hidden && <span aria-hidden="true">{label}</span>}
      <select
        aria-label={label}
        value={value}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.value as T)}
      >
        {grouped(options).map(({ group, options: members }) =>
          group ? (
            <optgroup key={group} label={group}>
              {members.map(asOption)}
            </optgroup>
          ) : (
            members.map(asOption)
          ),
        )}
      </select>
      <span class="nn-caret" aria-hidden="true">
        ▾
      </span>
    </label>
  );
}

function asOption({ value, text, disabled = false }: Choosable<string>) {
  return (
    <option key={value} value={value} disabled={disabled}>
      {text}
    </option>
  );
}

interface SliderProps {
  readonly label: string;
  /** The word beside it. */
  readonly word: string;
  readonly value: number;
  /** The value while it moves; `null` when it is let go. */
  readonly dragged: Signal<number | null>;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** When it is let go. */
  readonly onChange: (value: number) => void;
  readonly text: (value: number) => string;
}

export function Slider({ label, word, value, dragged, min, max, step, onChange, text }: SliderProps) {
  const now = dragged.value ?? value;
  return (
    <span class="nn-labelled" title={text(now)}>
      <Muted aria-hidden="true">{word}</Muted>
      <input
        class="nn-slider"
        type="range"
        aria-label={label}
        aria-valuetext={text(now)}
        {...{ min, max, step }}
        value={now}
        style={{ "--filled": `${(100 * (now - min)) / (max - min)}%` }}
        onInput={(event) => {
          dragged.value = event.currentTarget.valueAsNumber;
        }}
        onChange={(event) => {
          onChange(event.currentTarget.valueAsNumber);
          dragged.value = null;
        }}
        // Jupyter would move to the next cell, the enlarged view to the next channel.
        onKeyDown={(event) => event.key.startsWith("Arrow") && event.stopPropagation()}
      />
    </span>
  );
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly words: readonly T[];
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly tabs?: boolean;
  readonly title?: string;
  /** Stands before the words. */
  readonly children?: ComponentChildren;
}

/** A choice among a few words, one tab stop: radio buttons, or tabs. */
export function Choice<T extends string>(props: ChoiceProps<T>) {
  const { label, words, value, onChange, tabs = false, title, children } = props;
  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLElement }) => {
    const by = turnOf(event.key);
    const at = (words.indexOf(value) + by + words.length) % words.length;
    const next = words[at];
    if (!by || !next || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    onChange(next);
    event.currentTarget.querySelectorAll<HTMLElement>(".nn-word")[at]?.focus();
  };
  return (
    <span
      class={tabs ? "nn-tabs" : "nn-either"}
      title={title}
      {...{ role: tabs ? "tablist" : "radiogroup", "aria-label": label, onKeyDown }}
    >
      {children}
      {words.map((word, i) => (
        <Fragment key={word}>
          {i > 0 && !tabs && <span aria-hidden="true">/</span>}
          <button
            type="button"
            class="nn-word"
            data-word={word}
            {...{ role: tabs ? "tab" : "radio", [tabs ? "aria-selected" : "aria-checked"]: word === value }}
            tabIndex={word === value ? 0 : -1}
            onClick={() => onChange(word)}
          >
            {word}
          </button>
        </Fragment>
      ))}
    </span>
  );
}

/** A small button with a word on it. */
export function Small(props: ComponentProps<"button">) {
  return <button type="button" class="nn-small" {...props} />;
}
