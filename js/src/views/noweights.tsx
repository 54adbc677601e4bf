/** In place of kernels: why there are none, and the way to a layer that has some. */

import { placeOf } from "../draw/query";
import type { LayerInfo } from "../records";
import { useScope } from "./context";
import { Small } from "./controls";
import { useKeptTab } from "./kepttab";

/** Whether a layer may have kernels: those that cannot are not asked for them. */
export function multiplies(layer: LayerInfo): boolean {
  return hasKernels(layer) || (layer.parameters > 0 && layer.family !== "norm");
}

/** Whether a layer has kernels for certain: a block has those of the layers in it. */
function hasKernels({ kind, family }: LayerInfo): boolean {
  return family === "convolution" || /linear/i.test(kind);
}

interface Props {
  readonly layer: LayerInfo;
  readonly sentence: string;
  /** Asks again, where the sentence is the kernel's. */
  readonly again?: () => void;
}

export function NoWeights({ layer, sentence, again }: Props) {
  useKeptTab();
  const { store } = useScope();
  const layers = store.traits.layers.value;
  const nearest = nearestBefore(layers, layer);
  return (
    <div class="nn-failure">
      <p role="status">
        {sentence} {again && <Small onClick={again}>Try again</Small>}
      </p>
      {nearest && (
        <p>
          <span class="nn-muted">
            {nearest.before ? "The nearest layer before it that has:" : "The first layer that has:"}
          </span>{" "}
          <Small
            aria-label={`Go to ${nearest.found.name}`}
            onClick={() => store.set({ layer: nearest.found.name })}
          >
            {`${nearest.found.name} · ${nearest.found.kind}`}
          </Small>
        </p>
      )}
    </div>
  );
}

/** The nearest layer with kernels before this one, else the first behind it. */
export function nearestBefore(
  layers: readonly LayerInfo[],
  { name }: Pick<LayerInfo, "name">,
): { readonly found: LayerInfo; readonly before: boolean } | null {
  const place = placeOf(layers, name);
  const before = layers.slice(0, Math.max(0, place)).reverse().find(hasKernels);
  if (before) return { found: before, before: true };
  const after = layers.slice(place + 1).find(hasKernels);
  return after ? { found: after, before: false } : null;
}
