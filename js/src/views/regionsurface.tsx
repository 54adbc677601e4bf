/** The part of the image by which channels are ranked: drawn with the pointer, or placed, moved and resized by keys. */

import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { type Box, between, boxOf, type Grip, middleBox, movedBox, resized } from "../draw/box";
import { type Point, pointAt } from "../draw/stroke";
import { frameStyle } from "./cellbox";
import { type Scope, useScope } from "./context";
import { IconButton } from "./icons";
import { choose, type ImageState, useImage } from "./imagestate";
import { stepOf } from "./keys";

type Element = HTMLDivElement;

/** Pixels on the screen within which a press and its release are a click. */
const STILL = 4;
/** Milliseconds after the last key until the kernel is told. */
const PAUSE = 250;

const GRIPS: readonly Grip[] = [
  [-1, -1],
  [0, -1],
  [1, -1],
  [1, 0],
  [1, 1],
  [0, 1],
  [-1, 1],
  [-1, 0],
];

export function RegionSurface({ size }: { readonly size: Point }) {
  const scope = useScope();
  const image = useImage();
  const hands = useMemo(() => new Hands(scope, image, size), [scope, image, String(size)]);
  useEffect(() => () => hands.leave(), [hands]);
  const active = image.tool.value === "region";
  useEffect(() => {
    if (!active) hands.leave();
  }, [active, hands]);
  const box = image.draft.value ?? boxOf(scope.store.traits.region.value);
  return (
    <>
      {active && (
        <div
          class="nn-surface"
          role="application"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it takes keys
          tabIndex={0}
          aria-label={labelOf(box)}
          onPointerDown={(event) => hands.down(event)}
          onPointerMove={(event) => hands.move(event)}
          onPointerUp={(event) => hands.up(event)}
          onPointerCancel={() => hands.cancel()}
          onKeyDown={(event) => hands.key(event)}
          // The image below would take a click as its own.
          onClick={(event) => event.stopPropagation()}
        >
          {box && <Grips box={box} size={size} />}
        </div>
      )}
      {box && <Frame box={box} size={size} onClose={() => hands.clear()} />}
    </>
  );
}

function labelOf(box: Box | null): string {
  const how =
    "Arrow keys move it, with Shift they resize it, Delete takes it away, Escape goes back to looking.";
  if (!box) return "No region. Enter places one in the middle, Escape goes back to looking.";
  return `Region from ${box[0]}, ${box[1]} to ${box[2]}, ${box[3]}. ${how}`;
}

interface FrameProps {
  readonly box: Box;
  readonly size: Point;
}

function Frame({ box, size, onClose }: FrameProps & { readonly onClose: () => void }) {
  return (
    <div class="nn-region" style={frameStyle(shareOf(box, size))}>
      <IconButton icon="close" label="Remove the region" onClick={onClose} />
    </div>
  );
}

/** What is seized to move or resize the rectangle. */
function Grips({ box, size }: FrameProps) {
  return (
    <div
      class="nn-grips"
      style={frameStyle(shareOf(box, size))}
      data-grip="0,0"
      title="Drag to move the region"
    >
      {GRIPS.map(([x, y]) => (
        <i
          key={`${x},${y}`}
          data-grip={`${x},${y}`}
          style={{ left: `${50 + 50 * x}%`, top: `${50 + 50 * y}%` }}
        />
      ))}
    </div>
  );
}

/** What the pointer has seized: a new rectangle, all of the old one, or one of its sides. */
interface Held {
  readonly start: Point;
  readonly client: Point;
  readonly box: Box | null;
  readonly grip: Grip | null;
}

/** What pointer and keys do with the region. */
class Hands {
  #held: Held | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly scope: Scope,
    readonly image: ImageState,
    readonly size: Point,
  ) {}

  down(event: JSX.TargetedPointerEvent<Element>): void {
    if (event.button !== 0 || !event.isPrimary) return;
    event.preventDefault();
    event.stopPropagation();
    event.currentTarget.focus({ preventScroll: true });
    event.currentTarget.setPointerCapture(event.pointerId);
    this.#commit();
    const grip = gripOf(event.target);
    const client: Point = [event.clientX, event.clientY];
    this.#held = { start: this.#place(event), client, box: grip ? this.#box() : null, grip };
  }

  move(event: JSX.TargetedPointerEvent<Element>): void {
    const held = this.#held;
    if (!held || !event.isPrimary || isStill(held, event)) return;
    const place = this.#place(event);
    const by: Point = [place[0] - held.start[0], place[1] - held.start[1]];
    const { box, grip } = held;
    if (!box || !grip) this.image.draft.value = between(held.start, place, this.size);
    else if (grip[0] === 0 && grip[1] === 0) this.image.draft.value = movedBox(box, by, this.size);
    else this.image.draft.value = resized(box, grip, by, this.size);
  }

  up(event: JSX.TargetedPointerEvent<Element>): void {
    const held = this.#held;
    this.#held = null;
    if (!held) return;
    if (this.image.draft.peek()) this.#commit();
    else if (!held.grip && isStill(held, event)) this.clear();
  }

  cancel(): void {
    this.#held = null;
    this.image.draft.value = null;
  }

  key(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const step = stepOf(event.key);
    const box = this.#box();
    if (step && box) this.#step(box, [step[1], step[0]], event.shiftKey);
    else if (event.key === "Enter" || event.key === " ") this.#settle(box);
    else if (event.key === "Delete" || event.key === "Backspace") this.clear();
    else if (event.key === "Escape") this.#quit();
    else if (!step) return;
    event.preventDefault();
    event.stopPropagation();
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#held = null;
    this.image.draft.value = null;
    const { store, view } = this.scope;
    if (store.traits.region.peek().length === 0) return;
    const leave = store.traits.view.peek() === "region";
    store.set({ region: [], ...(leave ? { view: "channels" as const } : {}) });
    view.said.value = "The region is gone.";
  }

  /** The tool goes: what was placed by keys is meant. */
  leave(): void {
    this.#held = null;
    if (this.#timer !== undefined) this.#commit();
    this.image.draft.value = null;
  }

  #box(): Box | null {
    return this.image.draft.peek() ?? boxOf(this.scope.store.traits.region.peek());
  }

  #place(event: JSX.TargetedPointerEvent<Element>): Point {
    const area = event.currentTarget.getBoundingClientRect();
    const u = (event.clientX - area.left) / Math.max(1, area.width);
    return pointAt(u, (event.clientY - area.top) / Math.max(1, area.height), this.size);
  }

  /** By keys: the kernel is told once they rest, the frame moves at once. */
  #step(box: Box, by: Point, resizes: boolean): void {
    const next = resizes ? resized(box, [1, 1], by, this.size) : movedBox(box, by, this.size);
    this.image.draft.value = next;
    this.scope.view.said.value = next.join(", ");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#commit(), PAUSE);
  }

  /** Place one where there is none; what is there is meant now. */
  #settle(box: Box | null): void {
    this.image.draft.value = box ?? middleBox(this.size);
    this.#commit();
  }

  #commit(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const box = this.image.draft.peek();
    if (!box) return;
    this.scope.store.set({ region: box, view: "region" });
    this.image.draft.value = null;
    this.scope.view.said.value = `Region from ${box[0]}, ${box[1]} to ${box[2]}, ${box[3]}`;
  }

  #quit(): void {
    this.#commit();
    choose(this.scope, this.image, "look");
    this.scope.root.querySelector<HTMLElement>("[data-tool=look]")?.focus();
  }
}

/** Which part of the rectangle is under the pointer; `null` where it is none. */
function gripOf(target: EventTarget | null): Grip | null {
  const { grip } = (target as HTMLElement).dataset;
  return grip === undefined ? null : (grip.split(",").map(Number) as unknown as Grip);
}

function isStill({ client: [x, y] }: Held, { clientX, clientY }: PointerEvent): boolean {
  return Math.hypot(clientX - x, clientY - y) < STILL;
}

function shareOf([left, top, right, bottom]: Box, [width, height]: Point) {
  return [left / width, top / height, right / width, bottom / height] as const;
}
