/** An editable list box: type to filter, arrows to move, Enter to pick, Esc to leave things as they were. */

import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { filter } from "./match";

export interface Option {
  /** What the field shows when the option is picked, and what typing goes by first. */
  readonly name: string;
  /** More that typing may go by. */
  readonly also?: string;
  /** What the list shows beside the name. */
  readonly detail?: string;
}

interface Props {
  readonly label: string;
  readonly options: readonly Option[];
  /** Place of the picked option; −1 for none. */
  readonly picked: number;
  readonly onPick: (place: number) => void;
  readonly placeholder?: string;
  readonly mono?: boolean;
  /** Shown after the name while nothing is typed. */
  readonly children?: ComponentChildren;
}

const ROW = 28;
const SHOWN = 9;

export function Combobox(props: Props) {
  const { label, options, picked, placeholder = "", mono = false } = props;
  const id = useId();
  const box = useCombobox(props);
  const name = options[picked]?.name ?? "";
  const active = box.places[box.active];
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field inside takes the keys
    // biome-ignore lint/a11y/noStaticElementInteractions: a click beside the field is meant for it
    <div class={`nn-combo${mono ? " nn-mono-field" : ""}`} onClick={() => box.input.current?.focus()}>
      <input
        ref={box.input}
        role="combobox"
        aria-label={label}
        aria-expanded={box.open}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={box.open && active !== undefined ? `${id}-${active}` : undefined}
        autocomplete="off"
        spellcheck={false}
        placeholder={placeholder}
        value={box.typed ?? name}
        style={box.typed === null ? { width: `${(name || placeholder).length + 1}ch` } : undefined}
        onInput={(event) => box.type(event.currentTarget.value)}
        onKeyDown={box.onKeyDown}
        onClick={box.toggle}
        onFocus={(event) => event.currentTarget.select()}
        onBlur={box.leave}
      />
      {box.typed === null && <span class="nn-combo-detail">{props.children}</span>}
      <button
        type="button"
        class="nn-combo-arrow"
        tabIndex={-1}
        aria-hidden="true"
        onMouseDown={hold}
        onClick={box.toggle}
      >
        ▾
      </button>
      {box.open && <List {...props} id={id} places={box.places} active={box.active} onChoose={box.choose} />}
    </div>
  );
}

/** A press inside the list must not take the focus from the field. */
function hold(event: Event): void {
  event.preventDefault();
}

/** What is typed, which options fit, and which of them Enter would pick. */
function useCombobox({ options, picked, onPick }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState<string | null>(null);
  const [active, setActive] = useState(0);
  const texts = useMemo(() => options.map(({ name, also }) => (also ? [name, also] : [name])), [options]);
  const places = useMemo(() => (open ? filter(texts, typed ?? "") : []), [open, texts, typed]);

  const leave = () => {
    setOpen(false);
    setTyped(null);
  };
  const show = () => {
    setOpen(true);
    setActive(Math.max(0, picked));
  };
  const choose = (place: number | undefined) => {
    leave();
    if (place !== undefined && place !== picked) onPick(place);
  };
  const toggle = (event: Event) => {
    event.stopPropagation();
    input.current?.focus();
    if (open && typed === null) leave();
    else if (!open) show();
  };
  const type = (text: string) => {
    setTyped(text);
    setOpen(true);
    setActive(0);
  };
  const move = (to: number) => {
    if (!open) show();
    else setActive(Math.max(0, Math.min(places.length - 1, to)));
  };
  const keys: Record<string, () => void> = {
    ArrowDown: () => move(active + 1),
    ArrowUp: () => move(active - 1),
    PageDown: () => move(active + SHOWN),
    PageUp: () => move(active - SHOWN),
    Enter: () => (open ? choose(places[active]) : show()),
    Escape: leave,
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const act = keys[event.key];
    // Esc in a closed box is for whoever is around it.
    if (!act || event.isComposing || (event.key === "Escape" && !open)) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  return { input, open, typed, active, places, leave, choose, toggle, type, onKeyDown };
}

interface ListProps extends Props {
  readonly id: string;
  readonly places: readonly number[];
  readonly active: number;
  readonly onChoose: (place: number) => void;
}

/** The options that fit; only those in sight are in the page. */
function List({ id, label, options, places, active, picked, onChoose }: ListProps) {
  const list = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const element = list.current;
    if (!element) return;
    const y = active * ROW;
    const shown = SHOWN * ROW;
    if (y < element.scrollTop || y + ROW > element.scrollTop + shown) {
      element.scrollTop = Math.max(0, y - shown / 2 + ROW / 2);
      setTop(element.scrollTop);
    }
  }, [active, places]);
  const first = Math.max(0, Math.min(Math.floor(top / ROW), places.length - SHOWN) - 3);
  return (
    <div
      ref={list}
      id={`${id}-list`}
      role="listbox"
      aria-label={label}
      class="nn-list"
      tabIndex={-1}
      style={{ height: `${Math.min(SHOWN, Math.max(1, places.length)) * ROW}px` }}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      onMouseDown={hold}
    >
      <div style={{ height: `${Math.max(1, places.length) * ROW}px` }}>
        {places.length === 0 && <div class="nn-none">Nothing fits.</div>}
        {places.slice(first, first + SHOWN + 6).map((place, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field takes the keys
          <div
            key={place}
            id={`${id}-${place}`}
            role="option"
            aria-selected={place === picked}
            aria-setsize={places.length}
            aria-posinset={first + i + 1}
            class={first + i === active ? "nn-option nn-active" : "nn-option"}
            style={{ top: `${(first + i) * ROW}px` }}
            onClick={(event) => {
              event.stopPropagation();
              onChoose(place);
            }}
          >
            <span class="nn-option-name">{options[place]?.name}</span>
            <span class="nn-option-detail">{options[place]?.detail}</span>
          </div>
        ))}
      </div>
    </div>
  );
}
