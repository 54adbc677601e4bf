/** A brush over the image, for pointer and keyboard. */

import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { moved, type Point, pointAt } from "../draw/stroke";
import type { Brush } from "../records";
import { type Scope, useScope } from "./context";
import { choose, type ImageState, RADII, useImage } from "./imagestate";
import { stepOf } from "./keys";
import { tell } from "./tell";

type Element = HTMLDivElement;
type Size = Point;

const WORDS: Record<Brush, string> = {
  blur: "Blur",
  mean: "Fill with mean",
  noise: "Noise",
  copy: "Copy from elsewhere",
  erase: "Erase to grey",
};

/** What the cross is read out as. */
const HOW_TO_COPY = "From here it is copied. Now paint where it shall go.";

export function BrushSurface({ size, tool }: { readonly size: Size; readonly tool: Brush }) {
  const scope = useScope();
  const image = useImage();
  const surface = useRef<Element>(null);
  const hands = useMemo(() => new Hands(scope, image, size, tool), [scope, image, tool, String(size)]);
  useEffect(() => () => hands.leave(), [hands]);
  const source = tool === "copy" ? "Alt and Enter say from where. " : "";
  return (
    <div
      ref={surface}
      class="nn-surface nn-painting"
      role="application"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it takes keys
      tabIndex={0}
      aria-label={`${WORDS[tool]}: arrow keys move the brush, Shift by ten. Enter paints, held with arrows along the way. ${source}Brackets change the size, Escape goes back to looking.`}
      onPointerDown={(event) => hands.down(event)}
      onPointerMove={(event) => hands.move(event)}
      onPointerUp={() => hands.up()}
      onPointerCancel={() => hands.cancel()}
      onLostPointerCapture={() => hands.up()}
      onPointerLeave={() => hands.away()}
      onFocus={() => hands.enter()}
      onBlur={() => hands.blur()}
      onKeyDown={(event) => hands.key(event)}
      onKeyUp={(event) => hands.keyUp(event)}
      // The image below would take a click as its own.
      onClick={(event) => event.stopPropagation()}
    >
      <Ring size={size} />
      {tool === "copy" && <Cross size={size} />}
    </div>
  );
}

/** The outline of the brush. */
function Ring({ size: [width, height] }: { readonly size: Size }) {
  const { ring, radius } = useImage();
  if (!ring.value) return null;
  const [x, y] = ring.value;
  const share = (part: number) => `${100 * part}%`;
  return (
    <div
      class="nn-ring"
      aria-hidden="true"
      style={{ left: share(x / width), top: share(y / height), width: share((2 * radius.value) / width) }}
    />
  );
}

/** From where it is copied; it goes along with the brush. */
function Cross({ size: [width, height] }: { readonly size: Size }) {
  const { ring, source, offset } = useImage();
  const at = ring.value && offset.value ? sum(ring.value, offset.value) : source.value;
  if (!at) return null;
  return (
    <div
      class="nn-cross"
      aria-hidden="true"
      style={{ left: `${(100 * at[0]) / width}%`, top: `${(100 * at[1]) / height}%` }}
    />
  );
}

/** What pointer and keys do with a brush. */
class Hands {
  /** Who paints now. */
  #painting: "pointer" | "key" | null = null;
  /** Where the brush was when it was hidden. */
  #last: Point | null = null;

  constructor(
    readonly scope: Scope,
    readonly image: ImageState,
    readonly size: Size,
    readonly tool: Brush,
  ) {}

  down(event: JSX.TargetedPointerEvent<Element>): void {
    if (event.button !== 0 || !event.isPrimary) return;
    event.preventDefault();
    event.stopPropagation();
    event.currentTarget.focus({ preventScroll: true });
    const point = placeOf(event, this.size);
    this.image.ring.value = point;
    if (this.#takesSource(point, event.altKey)) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    this.#press("pointer", point);
  }

  move(event: JSX.TargetedPointerEvent<Element>): void {
    if (!event.isPrimary) return;
    this.image.ring.value = placeOf(event, this.size);
    if (this.#painting !== "pointer") return;
    const moves = event.getCoalescedEvents?.() ?? [];
    const area = event.currentTarget.getBoundingClientRect();
    const points = (moves.length > 0 ? moves : [event]).map((move) => within(move, area, this.size));
    this.image.queue.drag(points);
  }

  up(): void {
    if (this.#painting === "pointer") this.#lift();
  }

  cancel(): void {
    if (this.#painting !== "pointer") return;
    this.#painting = null;
    this.image.queue.cancel();
  }

  /** The pointer has left; while it is captured it paints on, and comes back. */
  away(): void {
    if (!this.#painting) this.#hide();
  }

  /** By keyboard the brush is where it was last, in the middle at first. */
  enter(): void {
    this.image.ring.value ??= this.#last ?? [Math.round(this.size[0] / 2), Math.round(this.size[1] / 2)];
  }

  blur(): void {
    if (this.#painting === "key") this.#lift();
    if (!this.#painting) this.#hide();
  }

  key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey) return;
    const step = stepOf(event.key);
    const paints = event.key === "Enter" || event.key === " ";
    if (step) this.#step([step[1], step[0]], event.shiftKey ? 10 : 1);
    else if (paints && !event.repeat) this.#dab(event.altKey);
    else if (event.key === "[" || event.key === "]") this.#grow(event.key === "]" ? 1 : -1);
    else if (event.key === "Escape") this.#quit();
    else if (!paints) return;
    event.preventDefault();
    event.stopPropagation();
  }

  keyUp(event: KeyboardEvent): void {
    if (this.#painting === "key" && (event.key === "Enter" || event.key === " ")) this.#lift();
  }

  /** The surface goes: whatever was begun ends. */
  leave(): void {
    if (this.#painting) this.#lift();
  }

  #hide(): void {
    this.#last = this.image.ring.peek() ?? this.#last;
    this.image.ring.value = null;
  }

  #step([right, down]: Point, by: number): void {
    this.enter();
    const ring = moved(this.image.ring.peek() as Point, [by * right, by * down], this.size);
    this.image.ring.value = ring;
    if (this.#painting === "key") this.image.queue.drag([ring]);
    else this.scope.view.said.value = `x ${ring[0]}, y ${ring[1]}`;
  }

  #dab(alt: boolean): void {
    this.enter();
    const ring = this.image.ring.peek() as Point;
    if (!this.#takesSource(ring, alt) && !this.#painting) this.#press("key", ring);
  }

  #grow(by: number): void {
    const [least, most] = RADII;
    const { radius } = this.image;
    const now = radius.peek();
    // The same share of a large brush as of a small one.
    const next = now + by * Math.max(1, Math.round(now / 8));
    radius.value = Math.min(most, Math.max(least, next));
    this.scope.view.said.value = `radius ${radius.value} pixels`;
  }

  #quit(): void {
    choose(this.scope, this.image, "look");
    this.scope.root.querySelector<HTMLElement>("[data-tool=look]")?.focus();
  }

  #press(who: "pointer" | "key", point: Point): void {
    const { queue, radius, offset, source } = this.image;
    const { store } = this.scope;
    // This one is painted: on a picture of the other nothing would be seen of it.
    if (store.traits.side.peek() === "other") store.set({ side: "this" });
    if (this.tool === "copy" && !offset.peek() && source.peek()) {
      const [x, y] = source.peek() as Point;
      offset.value = [Math.round(x - point[0]), Math.round(y - point[1])];
    }
    const from = this.tool === "copy" ? offset.peek() : null;
    this.#painting = who;
    queue.press({ tool: this.tool, radius: radius.peek(), from }, point);
  }

  #lift(): void {
    this.#painting = null;
    this.image.queue.lift();
  }

  /** To copy one has to say from where: with Alt, or where nothing was said yet. */
  #takesSource(point: Point, alt: boolean): boolean {
    const { source, offset } = this.image;
    if (this.tool !== "copy" || (source.peek() && !alt)) return false;
    source.value = point;
    offset.value = null;
    tell(this.scope.view, HOW_TO_COPY);
    return true;
  }
}

function placeOf(event: JSX.TargetedPointerEvent<Element>, size: Size): Point {
  return within(event, event.currentTarget.getBoundingClientRect(), size);
}

/** The place of the pointer in pixels of the input, which fills the area. */
function within({ clientX, clientY }: PointerEvent, area: DOMRect, size: Size): Point {
  return pointAt(
    (clientX - area.left) / Math.max(1, area.width),
    (clientY - area.top) / Math.max(1, area.height),
    size,
  );
}

function sum([x, y]: Point, [right, down]: Point): Point {
  return [x + right, y + down];
}
