/** The whole network as small bars; click or drag along it, or move with the arrow keys. */

import { useSignal } from "@preact/signals";
import { clamp } from "../draw/layout";
import { times } from "../draw/number";
import { carried, placeOf } from "../draw/query";
import { barHeight, barsPath, FAMILIES, widestOf } from "../draw/rail";
import type { LayerInfo } from "../records";
import { useScope } from "./context";
import { Muted } from "./muted";

export function Rail() {
  const { store } = useScope();
  const pointed = useSignal<number | null>(null);
  const layers = store.traits.layers.value;
  const current = placeOf(layers, store.picked.value);
  const drag = useDrag(layers, pointed);
  if (layers.length < 2) return null;
  // Keys may come faster than pictures: each goes on from what was picked last.
  const placeOfTrait = () => placeOf(layers, store.traits.layer.peek());
  const pick = (place: number) => {
    const layer = layers[clamp(place, 0, layers.length - 1)];
    const now = store.traits.layer.peek();
    if (layer && layer !== layers[placeOfTrait()]) store.set({ layer: carried(layer, layers, now) });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = placeAfter(event.key, placeOfTrait(), layers.length);
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    pick(next);
  };
  return (
    <div
      class="nn-rail"
      role="slider"
      aria-label="Network rail"
      aria-valuemin={0}
      aria-valuemax={layers.length - 1}
      aria-valuenow={current}
      aria-valuetext={describe(layers[current])}
      tabIndex={0}
      onKeyDown={onKeyDown}
      {...drag(pick)}
    >
      <svg viewBox={`0 0 ${layers.length} 100`} preserveAspectRatio="none" aria-hidden="true">
        {FAMILIES.map((family) => (
          <path key={family} class={`nn-${family}`} d={barsPath(layers, family)} />
        ))}
      </svg>
      <Current layers={layers} place={current} />
      <Tip layers={layers} place={pointed.value} />
    </div>
  );
}

/** Where a key leads, as on any slider; a page is a tenth of the network. */
function placeAfter(key: string, current: number, count: number): number | undefined {
  const page = Math.max(1, Math.round(count / 10));
  const places: Record<string, number> = {
    ArrowLeft: current - 1,
    ArrowDown: current - 1,
    ArrowRight: current + 1,
    ArrowUp: current + 1,
    PageDown: current - page,
    PageUp: current + page,
    Home: 0,
    End: count - 1,
  };
  return places[key];
}

/** The current layer in the accent, at least a few pixels wide however long the network is. */
function Current({ layers, place }: { layers: readonly LayerInfo[]; place: number }) {
  const layer = layers[place];
  if (!layer) return null;
  const height = 100 * barHeight(layer.shape[0], widestOf(layers));
  const left = (100 * (place + 0.5)) / layers.length;
  return (
    <div
      class="nn-current"
      style={{ left: `${left}%`, width: `${100 / layers.length}%`, height: `${height}%` }}
    />
  );
}

function Tip({ layers, place }: { layers: readonly LayerInfo[]; place: number | null }) {
  const layer = place === null ? undefined : layers[place];
  if (!layer || place === null) return null;
  const at = (place + 0.5) / layers.length;
  return (
    <div class="nn-tip" style={{ left: `${100 * at}%`, transform: `translateX(${-100 * at}%)` }}>
      <code>{layer.name}</code> <Muted>{`${layer.kind} · ${times(layer.shape)}`}</Muted>
    </div>
  );
}

/** While the pointer is down the bar under it is shown in a tip; the layer is picked when it is let go. */
function useDrag(layers: readonly LayerInfo[], pointed: { value: number | null }) {
  const placeOf = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return clamp(
      Math.floor(((event.clientX - left) / Math.max(1, width)) * layers.length),
      0,
      layers.length - 1,
    );
  };
  return (pick: (place: number) => void) => ({
    onPointerDown(event: PointerEvent & { currentTarget: HTMLElement }) {
      event.currentTarget.setPointerCapture?.(event.pointerId);
      pointed.value = placeOf(event);
    },
    onPointerMove(event: PointerEvent & { currentTarget: HTMLElement }) {
      pointed.value = placeOf(event);
    },
    onPointerUp(event: PointerEvent & { currentTarget: HTMLElement }) {
      pick(placeOf(event));
      pointed.value = null;
    },
    onPointerLeave() {
      pointed.value = null;
    },
  });
}

function describe(layer: LayerInfo | undefined): string {
  return layer ? `${layer.name}, ${layer.kind}, ${times(layer.shape)}` : "";
}
