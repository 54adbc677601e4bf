/** The graph of the network: only what is near the view is in the page; the rest of the way is a transform. */

import { type Signal, untracked, useComputed, useSignalEffect } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { INPUT } from "../graph/blocks";
import { meets, windowOf } from "../graph/camera";
import type { Placed, Route } from "../graph/drawing";
import { useScope } from "./context";
import { type GraphControl, NOTHING, STEP } from "./graphcontrol";
import { nodeOf, Pointers, pointing } from "./graphdrag";
import { onGraphKey } from "./graphkeys";
import { Lines } from "./graphlines";
import { GraphNode } from "./graphnode";
import { IconButton } from "./icons";
import { useSize } from "./size";

interface Props {
  readonly control: GraphControl;
  /** The nodes that were sought; `null` while none are. */
  readonly found: ReadonlySet<number> | null;
}

/** Below this size only names can be read, and below that nothing: then kinds are areas of colour. */
const FAR = 0.5;
const TINY = 0.2;

export function Graph({ control, found }: Props) {
  const { state } = control;
  const frame = useRef<HTMLDivElement>(null);
  const pointers = useMemo(() => new Pointers(), []);
  const distance = useComputed(() => {
    const { scale } = state.camera.value ?? { scale: 1 };
    return `${scale < FAR ? "nn-far" : ""} ${scale < TINY ? "nn-tiny" : ""}`;
  });
  useFirstLook(frame, control);
  useKeepFocus(frame, state.active);
  useHandOver(frame, control);
  return (
    <div class="nn-graph">
      <div
        ref={frame}
        class={`nn-graph-view ${distance.value}`}
        role="tree"
        aria-label="Graph of the network"
        {...pointing(frame, control, pointers)}
        onKeyDown={(event) => onGraphKey(event, control)}
        onFocusIn={({ target }) => {
          state.active.value = nodeOf(target) ?? state.active.value;
        }}
        onPointerOver={({ target }) => {
          state.hover.value = nodeOf(target);
        }}
        onPointerLeave={() => {
          state.hover.value = null;
        }}
      >
        <Sheet control={control} found={found} />
      </div>
      <div class="nn-graph-tools">
        <IconButton icon="plus" label="Zoom in" onClick={() => control.zoom(STEP)} />
        <IconButton icon="minus" label="Zoom out" onClick={() => control.zoom(1 / STEP)} />
        <IconButton icon="fit" label="Fit the graph" onClick={() => control.showAll()} />
      </div>
    </div>
  );
}

/** The drawing, moved and enlarged as a whole. */
function Sheet({ control, found }: Props) {
  const { store } = useScope();
  const { map, camera, active } = control.state;
  const sheet = useRef<HTMLDivElement>(null);
  useSignalEffect(() => {
    const { scale, x, y } = camera.value ?? { scale: 1, x: 0, y: 0 };
    if (sheet.current) sheet.current.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
  });
  const { placed, routes } = useNear(control);
  const now = map.placeOf(store.traits.layer.value);
  const marked = now === undefined ? null : control.shown(now);
  const bright = found && new Set([...found].map((node) => control.shown(node)));
  return (
    <div ref={sheet} class="nn-graph-sheet" role="presentation">
      <Lines routes={routes} state={control.state} />
      {placed.map((box) => (
        <GraphNode
          key={box.node}
          placed={box}
          map={map}
          active={active}
          now={box.node === marked}
          faint={bright !== null && !box.open && !bright.has(box.node)}
        />
      ))}
    </div>
  );
}

/** What is near enough to the view to be in the page. */
function useNear({ drawing, size, state: { camera, active } }: GraphControl) {
  // As text, so that it is the same until the camera has gone far enough.
  const part = useComputed(() => JSON.stringify(camera.value && windowOf(camera.value, size.value)));
  const near = useComputed((): { placed: readonly Placed[]; routes: readonly Route[] } => {
    const box = JSON.parse(part.value);
    if (!box) return { placed: [], routes: [] };
    const { placed, routes } = drawing.value;
    return {
      placed: placed.filter((one) => meets(one, box)),
      routes: routes.filter((route) => meets(boundsOf(route), box)),
    };
  });
  // Whatever has the focus stays, else it would be lost; told apart, so that a step draws no other node anew.
  const far = useComputed(() => {
    const isActive = ({ node }: Placed) => node === active.value;
    return near.value.placed.some(isActive) ? undefined : drawing.value.placed.find(isActive);
  });
  const { placed, routes } = near.value;
  return { placed: far.value ? [...placed, far.value] : placed, routes };
}

function boundsOf({ points }: Route) {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  // A straight line has a width too.
  return { x, y, width: Math.max(...xs) - x + 1, height: Math.max(...ys) - y + 1 };
}

/** Tell the control how large the view is; when it is first known, look at the layer of the panel. */
function useFirstLook(frame: { readonly current: HTMLDivElement | null }, control: GraphControl): void {
  const { store } = useScope();
  const size = useSize(frame);
  const looked = useRef(control.size.peek().width > 0);
  useSignalEffect(() => {
    const now = size.value;
    untracked(() => {
      control.resize(now);
      const { camera, map } = control.state;
      if (now.width === 0 || (looked.current && camera.value)) return;
      looked.current = true;
      const shown = map.placeOf(store.traits.layer.value);
      if (!camera.value) control.start(shown ?? INPUT);
      else if (shown !== undefined) control.focus(control.shown(shown));
    });
  });
}

/** When the active node changes while the graph has the focus, the focus goes with it. */
function useKeepFocus(frame: { readonly current: HTMLDivElement | null }, active: Signal<number>): void {
  const now = active.value;
  useEffect(() => {
    const page = frame.current?.getRootNode() as Document | ShadowRoot | undefined;
    // A key may have moved on since this was drawn: the next drawing takes the focus along.
    if (now !== active.peek() || !frame.current?.contains(page?.activeElement ?? null)) return;
    frame.current.querySelector<HTMLElement>(`[data-node="${now}"]`)?.focus({ preventScroll: true });
  }, [frame, active, now]);
}

/** The graph of a new answer takes the focus from the one whose place it takes. */
function useHandOver(frame: { readonly current: HTMLDivElement | null }, control: GraphControl): void {
  useLayoutEffect(() => {
    const { held, active } = control.state;
    const element = frame.current;
    const page = element?.getRootNode() as Document | ShadowRoot | undefined;
    // Whoever has gone on to something else is left there.
    if (held.peek() && document.activeElement === document.body) {
      element?.querySelector<HTMLElement>(`[data-node="${active.peek()}"]`)?.focus({ preventScroll: true });
    }
    held.value = false;
    return () => {
      held.value = element?.contains(page?.activeElement ?? null) ?? false;
      control.resize(NOTHING);
    };
  }, [frame, control]);
}
