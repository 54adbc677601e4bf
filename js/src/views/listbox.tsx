/** The list that a field opens: only the options in sight are in the page. */

import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

export interface Option {
  /** What the field shows when the option is picked, and what typing goes by first. */
  readonly name: string;
  /** More that typing may go by. */
  readonly also?: string;
  /** What the list shows beside the name. */
  readonly detail?: string;
}

/** Height of an option, and how many are in sight. */
const ROW = 28;
export const SHOWN = 9;

/** A press inside the list must not take the focus from the field. */
export function hold(event: Event): void {
  event.preventDefault();
}

interface ListProps {
  readonly label: string;
  readonly options: readonly Option[];
  readonly picked: number;
  readonly above: boolean;
  readonly id: string;
  readonly places: readonly number[];
  readonly active: number;
  readonly onChoose: (place: number) => void;
}

export function List({ id, label, options, places, active, picked, above, onChoose }: ListProps) {
  const list = useRef<HTMLDivElement>(null);
  const [top, setTop] = useScrollTo(list, active, places);
  const first = Math.max(0, Math.min(Math.floor(top / ROW), places.length - SHOWN) - 3);
  return (
    <div
      ref={list}
      id={`${id}-list`}
      role="listbox"
      aria-label={label}
      class={above ? "nn-list nn-above" : "nn-list"}
      tabIndex={-1}
      style={{ height: `${Math.min(SHOWN, Math.max(1, places.length)) * ROW}px` }}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      onMouseDown={hold}
    >
      <div style={{ height: `${Math.max(1, places.length) * ROW}px` }}>
        {places.length === 0 && <div class="nn-none">Nothing fits.</div>}
        {places.slice(first, first + SHOWN + 6).map((place, i) => (
          <Item
            key={place}
            id={`${id}-${place}`}
            option={options[place]}
            picked={place === picked}
            active={first + i === active}
            at={[first + i, places.length]}
            onChoose={() => onChoose(place)}
          />
        ))}
      </div>
    </div>
  );
}

interface ItemProps {
  readonly id: string;
  readonly option: Option | undefined;
  readonly picked: boolean;
  readonly active: boolean;
  /** Place in the list, and length of the list. */
  readonly at: readonly [number, number];
  readonly onChoose: () => void;
}

function Item({ id, option, picked, active, at, onChoose }: ItemProps) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field takes the keys
    <div
      id={id}
      role="option"
      aria-selected={picked}
      aria-setsize={at[1]}
      aria-posinset={at[0] + 1}
      class={active ? "nn-option nn-active" : "nn-option"}
      style={{ top: `${at[0] * ROW}px` }}
      onClick={(event) => {
        event.stopPropagation();
        onChoose();
      }}
    >
      <span class="nn-option-name">{option?.name}</span>
      <span class="nn-option-detail">{option?.detail}</span>
    </div>
  );
}

/** How far the list is scrolled; it follows the highlighted option. */
function useScrollTo(list: RefObject<HTMLDivElement>, active: number, places: readonly number[]) {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const element = list.current;
    const y = active * ROW;
    const shown = SHOWN * ROW;
    if (element && (y < element.scrollTop || y + ROW > element.scrollTop + shown)) {
      element.scrollTop = Math.max(0, y - shown / 2 + ROW / 2);
      setTop(element.scrollTop);
    }
  }, [active, places]);
  return [top, setTop] as const;
}
