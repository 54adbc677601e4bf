/** Pointer and keys in the grid: what they point at, where they lead, what they open. */

import type { ReadonlySignal, Signal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { GAP, hit, type Layout, scrollTo, step } from "../draw/layout";
import type { Store } from "../state";
import type { Spot } from "../view";
import { useScope } from "./context";

type Grid = RefObject<HTMLDivElement>;

/** Handlers for the element that scrolls; `top` follows how far it is scrolled. */
export function useMoves(grid: Grid, layout: ReadonlySignal<Layout>, top: Signal<number>) {
  const { store, view } = useScope();
  const open = (index: number) => {
    view.focus.value = index;
    store.set({ channel: store.order.value[index] ?? null });
  };
  const go = (index: number) => {
    view.focus.value = index;
    const element = grid.current;
    if (!element) return;
    element.scrollTop = scrollTo(layout.value, index, element.scrollTop, element.clientHeight);
    top.value = element.scrollTop;
    focusCell(element, index);
  };
  useKeptFocus(grid, go);
  return {
    onPointerMove: (event: PointerEvent) => {
      view.hover.value = grid.current && spotAt(event, grid.current, layout.value, store);
      view.last.value = view.hover.value ?? view.last.value;
    },
    onPointerLeave: () => {
      view.hover.value = null;
    },
    onScroll: () => {
      top.value = grid.current?.scrollTop ?? 0;
    },
    onClick: (event: MouseEvent) => {
      const { index } = (event.target as HTMLElement).dataset;
      if (index !== undefined) open(Number(index));
    },
    onKeyDown: (event: KeyboardEvent) => {
      if (event.altKey || event.metaKey) return;
      const page = Math.floor((grid.current?.clientHeight ?? 0) / (layout.value.height + GAP));
      const next = step(layout.value, view.focus.value, event.key, event.ctrlKey, Math.max(1, page));
      if (next !== null) go(next);
      else if (event.key === "Enter" || event.key === " ") open(view.focus.value);
      else if (!store.tools.part.value?.act(event, store, view, store.order.value[view.focus.value] ?? null))
        return;
      event.preventDefault();
      event.stopPropagation();
    },
  };
}

/** The place on a channel under the pointer. */
function spotAt(event: MouseEvent, grid: HTMLElement, layout: Layout, store: Store): Spot | null {
  const { left, top } = grid.getBoundingClientRect();
  const x = event.clientX - left - grid.clientLeft;
  const y = event.clientY - top - grid.clientTop + grid.scrollTop;
  const found = hit(layout, x, y);
  const channel = found ? store.order.value[found.index] : undefined;
  return found && channel !== undefined ? { channel, u: found.u, v: found.v } : null;
}

/** Focus a cell as soon as it is in the page. */
function focusCell(grid: HTMLElement, index: number): void {
  const find = () => grid.querySelector<HTMLElement>(`[data-index="${index}"]`);
  const cell = find();
  if (cell) cell.focus({ preventScroll: true });
  else requestAnimationFrame(() => find()?.focus({ preventScroll: true }));
}

/** When the enlarged view is closed here, its tile gets the focus; the place of the focus stays inside the grid. */
function useKeptFocus(grid: Grid, go: (index: number) => void): void {
  const { store, view, root } = useScope();
  const enlarged = store.enlarged.value;
  const order = store.order.value;
  const count = order.length;
  const layer = store.pictures.value?.layer;
  const sort = store.traits.sort.value;
  const last = useRef({ order, layer, sort });
  useEffect(() => {
    if (enlarged !== null) view.focus.value = Math.max(0, store.order.peek().indexOf(enlarged));
    else if (view.refocus.peek()) {
      view.refocus.value = false;
      go(view.focus.peek());
    }
  }, [enlarged]);
  useEffect(() => {
    if (view.focus.peek() >= count) view.focus.value = 0;
  }, [count, view]);
  useEffect(() => {
    const before = last.current;
    last.current = { order, layer, sort };
    if (before.order === order || before.layer !== layer || before.sort !== sort) return;
    // What silences a channel may send it to another place: the focus goes along, so that it can be brought back.
    const place = order.indexOf(before.order[view.focus.peek()] ?? 0);
    const page = root.getRootNode() as Document | ShadowRoot;
    const here = grid.current?.contains(page.activeElement) && page.activeElement !== grid.current;
    if (here && place >= 0 && place !== view.focus.peek()) go(place);
  }, [order, layer, sort]);
}
