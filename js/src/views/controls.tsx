/** Small controls that look alike everywhere. */

import { Fragment } from "preact";

interface SelectProps<T extends string> {
  readonly label: string;
  readonly options: readonly { readonly value: T; readonly text: string; readonly disabled?: boolean }[];
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly title?: string;
  readonly disabled?: boolean;
}

/** A muted label and a bold choice. */
export function Select<T extends string>({
  label,
  options,
  value,
  onChange,
  title,
  disabled = false,
}: SelectProps<T>) {
  return (
    <label class="nn-select" title={title}>
      <span aria-hidden="true">{label}</span>
      <select
        aria-label={label}
        value={value}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.value as T)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.disabled ?? false}>
            {option.text}
          </option>
        ))}
      </select>
      <span class="nn-caret" aria-hidden="true">
        ▾
      </span>
    </label>
  );
}

interface SliderProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** While it moves. */
  readonly onDrag?: (value: number) => void;
  /** When it is let go. */
  readonly onChange: (value: number) => void;
  readonly disabled?: boolean;
  readonly text?: string;
  readonly title?: string;
}

export function Slider({
  label,
  value,
  min,
  max,
  step,
  onDrag,
  onChange,
  disabled = false,
  text,
  title,
}: SliderProps) {
  const filled = `${(100 * (value - min)) / (max - min)}%`;
  return (
    <input
      class="nn-slider"
      type="range"
      aria-label={label}
      aria-valuetext={text}
      title={title ?? text}
      min={min}
      max={max}
      step={step}
      value={value}
      disabled={disabled}
      style={{ "--filled": filled }}
      onInput={(event) => onDrag?.(event.currentTarget.valueAsNumber)}
      onChange={(event) => onChange(event.currentTarget.valueAsNumber)}
      // Jupyter would move to the next cell, the enlarged view to the next channel.
      onKeyDown={(event) => event.key.startsWith("Arrow") && event.stopPropagation()}
    />
  );
}

interface EitherProps {
  readonly label: string;
  readonly second: boolean;
  readonly words: readonly [string, string];
  readonly onChange: (second: boolean) => void;
}

/** A small choice between two words. */
export function Either({ label, second, words, onChange }: EitherProps) {
  return (
    <span class="nn-either">
      {label}
      {words.map((word, i) => (
        <Fragment key={word}>
          {i === 1 && <span aria-hidden="true">/</span>}
          <button
            type="button"
            class="nn-word"
            aria-pressed={second === (i === 1)}
            onClick={() => onChange(i === 1)}
          >
            {word}
          </button>
        </Fragment>
      ))}
    </span>
  );
}
