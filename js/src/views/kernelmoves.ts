/** Pointer and keys over the kernels: what they point at, where they lead, what they open. */

import { type Signal, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";
import { halfOf } from "../draw/kernelpaint";
import { clamp, GAP, hit, scrollTo, step } from "../draw/layout";
import { hitKernel, LEFT, scrollToColumn } from "../draw/matrix";
import type { Cell } from "../draw/query";
import { cellAt } from "./cellbox";
import { useScope } from "./context";
import type { Place } from "./kernelgrid";
import type { KernelPull } from "./kernelpull";
import { kernelReading, type Pointed } from "./kernelreading";

/** How far the kernels are scrolled, in CSS pixels. */
export interface Scrolled {
  readonly left: number;
  readonly top: number;
}

interface About {
  readonly scroller: RefObject<HTMLDivElement>;
  readonly place: Place;
  readonly scrolled: Signal<Scrolled>;
  readonly kernels: KernelPull;
  readonly mixed: boolean;
}

/** Handlers for the element that scrolls, the channel with the focus, and the input that the keys have come to. */
export function useKernelMoves(about: About) {
  const { view } = useScope();
  const { scroller, place, scrolled, kernels } = about;
  const { focus, column, go, goAcross, open } = useTravel(about);
  const point = (event: MouseEvent | null) => {
    const pointed = event && scroller.current && pointedAt(event, scroller.current, about);
    view.pointed.value = pointed ? kernelReading(kernels, pointed) : "";
  };
  useEffect(
    () => () => {
      view.pointed.value = "";
    },
    [view],
  );
  const handlers = {
    onPointerMove: point,
    onPointerLeave: () => point(null),
    onScroll: () => {
      const { scrollLeft: left = 0, scrollTop: top = 0 } = scroller.current ?? {};
      scrolled.value = { left, top };
    },
    onClick: (event: MouseEvent) => {
      const { channel } = (event.target as HTMLElement).dataset;
      if (channel !== undefined) open(Number(channel));
    },
    onKeyDown: (event: KeyboardEvent) => {
      if (event.altKey || event.metaKey) return;
      const across = place.matrix && acrossTo(event, column.peek(), place.matrix.columns);
      const rows = Math.floor((scroller.current?.clientHeight ?? 0) / (place.layout.height + GAP));
      const next = step(place.layout, focus.peek(), event.key, event.ctrlKey, Math.max(1, rows - 1));
      if (across !== null) goAcross(across);
      else if (next !== null) go(next);
      else if (event.key === "Enter" || event.key === " ") open(focus.peek());
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
  };
  return { focus, column, handlers };
}

/** Where the keys are, and the ways to another channel, to another of its inputs, and into the enlarged view. */
function useTravel({ scroller, place, scrolled, kernels, mixed }: About) {
  const { store, view } = useScope();
  const looked = store.order.peek()[view.focus.peek()] ?? 0;
  const focus = useSignal(clamp(looked, 0, Math.max(0, place.layout.count - 1)));
  const column = useSignal<number | null>(null);
  const look = (channel: number) => {
    focus.value = channel;
    view.focus.value = Math.max(0, store.order.peek().indexOf(channel));
  };
  const go = (channel: number) => {
    look(channel);
    const element = scroller.current;
    if (!element) return;
    element.scrollTop = scrollTo(place.layout, channel, element.scrollTop, element.clientHeight - place.head);
    scrolled.value = { left: element.scrollLeft, top: element.scrollTop };
    focusCell(element, channel);
  };
  const goAcross = (input: number) => {
    column.value = input;
    view.said.value = kernelReading(kernels, { channel: focus.peek(), input, cell: null, mixed });
    const element = scroller.current;
    if (!element || !place.matrix) return;
    element.scrollLeft = scrollToColumn(place.matrix, input, element.scrollLeft, element.clientWidth);
  };
  const open = (channel: number) => {
    look(channel);
    store.set({ channel });
  };
  useKeptFocus(go, focus);
  return { focus, column, go, goAcross, open };
}

/** The input to which a key leads in a row of them; `null` where it leads to another row. */
function acrossTo(event: KeyboardEvent, column: number | null, columns: number): number | null {
  if (event.ctrlKey) return null;
  const moves: Record<string, number> = {
    ArrowLeft: (column ?? 1) - 1,
    ArrowRight: (column ?? -1) + 1,
    Home: 0,
    End: columns - 1,
  };
  const next = moves[event.key];
  return next === undefined ? null : clamp(next, 0, columns - 1);
}

function pointedAt(event: MouseEvent, element: HTMLElement, about: About): Pointed | null {
  const { place, scrolled, mixed, kernels } = about;
  const { left, top } = scrolled.peek();
  const area = element.getBoundingClientRect();
  const x = event.clientX - area.left - element.clientLeft;
  const y = event.clientY - area.top - element.clientTop - place.head;
  if (y < 0) return null;
  if (place.matrix) {
    // The labels stay where they are while the columns move under them.
    const found = hitKernel(place.matrix, x < LEFT ? x : x + left, y + top);
    return found && { channel: found.row, input: found.column, cell: found.cell, mixed: false };
  }
  const found = hit(place.layout, x, y + top);
  if (!found) return null;
  return { channel: found.index, input: mixed ? null : 0, cell: cellOnCard(found, place, kernels), mixed };
}

/** The cell of a kernel under a place of its card, 0 to 1; `null` over the picture at its right. */
function cellOnCard(
  { u, v }: { u: number; v: number },
  { layout }: Place,
  { facts }: KernelPull,
): Cell | null {
  const [high, wide] = facts.peek()?.size ?? [1, 1];
  const half = halfOf(layout);
  const fit = Math.min(half / wide, layout.height / high);
  const across = (u * layout.width - (half - fit * wide) / 2) / (fit * wide);
  const down = (v * layout.height - (layout.height - fit * high) / 2) / (fit * high);
  const inside = across >= 0 && across < 1 && down >= 0 && down < 1;
  return inside ? cellAt({ u: across, v: down }, [high, wide]) : null;
}

/** Focus a cell as soon as it is in the page. */
function focusCell(element: HTMLElement, channel: number): void {
  const find = () => element.querySelector<HTMLElement>(`[data-channel="${channel}"]`);
  const cell = find();
  if (cell) cell.focus({ preventScroll: true });
  else requestAnimationFrame(() => find()?.focus({ preventScroll: true }));
}

/** When the enlarged view is closed here, the row of the channel it showed last gets the focus. */
function useKeptFocus(go: (channel: number) => void, focus: Signal<number>): void {
  const { store, view } = useScope();
  const enlarged = store.enlarged.value;
  useEffect(() => {
    if (enlarged !== null) focus.value = enlarged;
    else if (view.refocus.peek()) {
      view.refocus.value = false;
      go(focus.peek());
    }
  }, [enlarged]);
}
