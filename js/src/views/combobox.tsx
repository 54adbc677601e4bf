/** An editable list box: type to filter, arrows to move, Enter to pick, Esc to leave things as they were. */

import type { ComponentChildren } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import { hold, List, type Option, SHOWN } from "./listbox";
import { filter } from "./match";

interface Props {
  readonly label: string;
  readonly options: readonly Option[];
  /** Place of the picked option; −1 for none. */
  readonly picked: number;
  readonly onPick: (place: number) => void;
  readonly placeholder?: string;
  readonly mono?: boolean;
  /** Whether the list opens upward, where there is no room below. */
  readonly above?: boolean;
  /** Shown after the name while nothing is typed. */
  readonly children?: ComponentChildren;
}

export function Combobox(props: Props) {
  const { label, options, picked, placeholder = "", mono = false, above = false } = props;
  // Two panels may stand on one page; Preact's own ids would be the same in both.
  const id = useMemo(() => `nnscope-${Math.random().toString(36).slice(2)}`, []);
  const box = useCombobox(props);
  const name = options[picked]?.name ?? "";
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
        aria-activedescendant={box.places.length > 0 ? `${id}-${box.places[box.active]}` : undefined}
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
      <Arrow onClick={box.toggle} />
      {box.open && (
        <List
          {...{ id, label, options, picked, above }}
          {...{ places: box.places, active: box.active, onChoose: box.choose }}
        />
      )}
    </div>
  );
}

/** What is typed, which options fit, and which of them Enter would pick. */
function useCombobox({ options, picked, onPick }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState<string | null>(null);
  const [active, setActive] = useState(0);
  const texts = useMemo(() => options.map(({ name, also }) => (also ? [name, also] : [name])), [options]);
  const places = useMemo(() => (open ? filter(texts, typed ?? "") : []), [open, texts, typed]);

  const set = (nowOpen: boolean, text: string | null, place: number) => {
    setOpen(nowOpen);
    setTyped(text);
    setActive(place);
  };
  const leave = () => set(false, null, 0);
  const show = () => set(true, typed, Math.max(0, picked));
  const type = (text: string) => set(true, text, 0);
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
  const move = (to: number) => {
    if (!open) show();
    else setActive(Math.max(0, Math.min(places.length - 1, to)));
  };
  const onKeyDown = keysOf(open, {
    ArrowDown: () => move(active + 1),
    ArrowUp: () => move(active - 1),
    PageDown: () => move(active + SHOWN),
    PageUp: () => move(active - SHOWN),
    Enter: () => (open ? choose(places[active]) : show()),
    Escape: leave,
  });
  return { input, open, typed, active, places, leave, choose, toggle, type, onKeyDown };
}

/** Keys that do something here go no further; Esc in a closed box is for whoever is around it. */
function keysOf(open: boolean, actions: Record<string, () => void>) {
  return (event: KeyboardEvent) => {
    const act = actions[event.key];
    if (!act || event.isComposing || (event.key === "Escape" && !open)) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
}

/** Opens the list by pointer; the keyboard has its own way. */
function Arrow({ onClick }: { onClick: (event: Event) => void }) {
  return (
    <button
      type="button"
      class="nn-combo-arrow"
      tabIndex={-1}
      aria-hidden="true"
      onMouseDown={hold}
      onClick={onClick}
    >
      ▾
    </button>
  );
}
