/** What pointers and the wheel do in the graph: drag, pinch, zoom, scroll, click. */

import type { RefObject } from "preact";
import { type GraphControl, STEP } from "./graphcontrol";

type Point = readonly [number, number];

/** Pixels that a pointer may move and still click. */
const STILL = 4;
/** Pixels of a line, for wheels that count lines. */
const LINE = 16;
/** Pixels of the wheel for one step of e. */
const SLOWNESS = 200;

/** The node that an element is, or stands in. */
export function nodeOf(target: EventTarget | null): number | null {
  const element = target instanceof Element ? target.closest<HTMLElement>("[data-node]") : null;
  return element ? Number(element.dataset.node) : null;
}

/** The handlers of the element that shows the graph. */
export function pointing(frame: RefObject<HTMLElement>, control: GraphControl, pointers: Pointers) {
  const at = (event: MouseEvent): Point => {
    const { left = 0, top = 0 } = frame.current?.getBoundingClientRect() ?? {};
    return [event.clientX - left, event.clientY - top];
  };
  const end = (event: PointerEvent) => pointers.lift(event.pointerId);
  return {
    onPointerDown(event: PointerEvent) {
      if (event.button === 0) pointers.put(event.pointerId, at(event));
    },
    onPointerMove(event: PointerEvent) {
      // It may have been released outside, before it was captured.
      if (event.buttons === 0) end(event);
      const moved = pointers.move(event.pointerId, at(event));
      if (!moved) return;
      frame.current?.setPointerCapture(event.pointerId);
      control.pan(...moved.by);
      if (moved.zoom !== 1) control.zoom(moved.zoom, moved.middle);
    },
    onPointerUp: end,
    onPointerCancel: end,
    onWheel(event: WheelEvent) {
      const unit = unitOf(event.deltaMode, control);
      if (event.ctrlKey || event.metaKey)
        control.zoom(Math.exp((-event.deltaY * unit) / SLOWNESS), at(event));
      // At its ends the page scrolls.
      else if (!control.pan(-event.deltaX * unit, -event.deltaY * unit)) return;
      event.preventDefault();
    },
    onClick(event: MouseEvent) {
      // A click without a press, from a screen reader or a script, is never the end of a drag.
      if (event.detail === 0 || !pointers.dragged) click(event.target, control);
    },
    onDblClick(event: MouseEvent) {
      if (nodeOf(event.target) === null) control.zoom(event.shiftKey ? 1 / STEP : STEP, at(event));
    },
  };
}

/** Pixels of one step of a wheel, which may count lines or pages. */
function unitOf(mode: number, { size }: GraphControl): number {
  if (mode === WheelEvent.DOM_DELTA_PAGE) return size.value.height;
  return mode === WheelEvent.DOM_DELTA_LINE ? LINE : 1;
}

/** A picture leads to its layer, as does the whole of a node with nothing inside; the rest of a block folds it. */
function click(target: EventTarget | null, control: GraphControl): void {
  const node = nodeOf(target);
  if (node === null || !(target instanceof Element)) return;
  const { map, open } = control.state;
  // Of an open block only the title is its own: the rest is room around what is in it.
  if (open.value.has(node) && !target.closest(".nn-node-words")) return;
  if (map.isBlock(node) && !target.closest(".nn-thumb")) control.toggle(node);
  else {
    control.focus(node);
    control.enter(node);
  }
}

/** The pointers that are down, and where. */
export class Pointers {
  /** Whether the last one moved too far for a click. */
  dragged = false;
  readonly #down = new Map<number, Point>();
  #start: Point = [0, 0];

  put(id: number, at: Point): void {
    if (this.#down.size === 0) {
      this.dragged = false;
      this.#start = at;
    }
    this.#down.set(id, at);
  }

  lift(id: number): void {
    this.#down.delete(id);
  }

  /** How far the middle of the pointers moved, and how much further apart they are. */
  move(id: number, at: Point): { by: Point; zoom: number; middle: Point } | null {
    if (!this.#down.has(id)) return null;
    if (!this.dragged && distance(this.#start, at) < STILL) return null;
    this.dragged = true;
    const [before, apart] = this.#measure();
    this.#down.set(id, at);
    const [middle, now] = this.#measure();
    const by: Point = [middle[0] - before[0], middle[1] - before[1]];
    return { by, zoom: apart > 0 ? now / apart : 1, middle };
  }

  #measure(): [middle: Point, apart: number] {
    const [first = [0, 0] as Point, second = first] = this.#down.values();
    return [[(first[0] + second[0]) / 2, (first[1] + second[1]) / 2], distance(first, second)];
  }
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}
