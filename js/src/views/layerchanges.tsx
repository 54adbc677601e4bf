/** Every layer by how much it differs, as bars along the pass; click, or move with the arrow keys. */

import { useSignal } from "@preact/signals";
import type { Differences, LayerChange } from "../compared";
import { clamp } from "../draw/layout";
import { useScope } from "./context";
import { Small } from "./controls";
import { turnOf } from "./keys";
import { Muted } from "./muted";
import { rounded, share } from "./pairgrid";

/** How many of the layers that differ most are named. */
const NAMED = 3;

export function LayerChanges({ found }: { readonly found: Differences }) {
  const { store } = useScope();
  const pointed = useSignal<LayerChange | null>(null);
  const { layers, images } = found;
  const current = layers.findIndex(({ name }) => name === store.traits.layer.value);
  const most = Math.max(0, ...layers.map(({ change }) => change ?? 0));
  const told = pointed.value ?? layers[current];
  const go = (layer: LayerChange | undefined) => layer && store.set({ layer: layer.name });
  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLElement }) => {
    const ends: Record<string, number> = { Home: 0, End: layers.length - 1 };
    const by = turnOf(event.key);
    const next = ends[event.key] ?? (by ? clamp(current + by, 0, layers.length - 1) : null);
    if (next === null) return;
    event.preventDefault();
    event.stopPropagation();
    go(layers[next]);
    event.currentTarget.querySelectorAll<HTMLElement>("[role=option]")[next]?.focus();
  };
  return (
    <div class="nn-changes">
      <div role="listbox" aria-label="Layers by change" aria-orientation="horizontal" onKeyDown={onKeyDown}>
        {layers.map((layer, i) => (
          <button
            key={layer.name}
            type="button"
            {...{ role: "option", "aria-selected": i === current }}
            aria-label={wordsOf(layer, images)}
            title={wordsOf(layer, images)}
            class={layer.change === null ? "nn-unknown" : undefined}
            tabIndex={i === Math.max(0, current) ? 0 : -1}
            onClick={() => go(layer)}
            onPointerEnter={() => {
              pointed.value = layer;
            }}
            onPointerLeave={() => {
              pointed.value = null;
            }}
          >
            <i
              style={layer.change === null ? undefined : { height: `${(100 * layer.change) / (most || 1)}%` }}
            />
          </button>
        ))}
      </div>
      <p>
        <span class="nn-cut">{told && <Told layer={told} images={images} />}</span>
        <span>
          <Muted>most</Muted>{" "}
          {mostChanged(layers).map((layer) => (
            <Small key={layer.name} title={wordsOf(layer, images)} onClick={() => go(layer)}>
              {`${layer.name} ${share(layer.change)}`}
            </Small>
          ))}
        </span>
      </p>
    </div>
  );
}

function Told({ layer, images }: { readonly layer: LayerChange; readonly images: number }) {
  return (
    <>
      <code>{layer.name}</code> <Muted>{factsOf(layer, images)}</Muted>
    </>
  );
}

function mostChanged(layers: readonly LayerChange[]): LayerChange[] {
  return layers
    .filter(({ change }) => change !== null)
    .sort((a, b) => (b.change ?? 0) - (a.change ?? 0))
    .slice(0, NAMED);
}

/** `change 41 %, correlation 0.93, CKA 0.98 over 4 images`, or why it cannot be compared. */
function factsOf({ change, correlation, cka, sentence }: LayerChange, images: number): string {
  if (sentence) return sentence;
  const alike = images >= 3 && cka !== null ? [`CKA ${rounded(cka)} over ${images} images`] : [];
  return [`change ${share(change)}`, `correlation ${rounded(correlation)}`, ...alike].join(", ");
}

function wordsOf(layer: LayerChange, images: number): string {
  return `${layer.name}: ${factsOf(layer, images)}`;
}
