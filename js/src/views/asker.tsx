/** Who asks an attention map: the class token, or a patch chosen on the image. */

import { clamp } from "../draw/layout";
import { askedBy, type Cell, queryOf } from "../draw/query";
import type { LayerInfo } from "../records";
import type { Store } from "../state";
import { type Crop, cellAt, cellBox, frameStyle, placeOf, within } from "./cellbox";
import { useScope } from "./context";
import { Small } from "./controls";
import { stepOf } from "./keys";
import { Muted } from "./muted";

/** The line under the image that says who asks, and lets the class token ask again. */
export function Asker() {
  const { store } = useScope();
  const layer = store.shown.value;
  if (!layer?.asked) return null;
  const query = queryOf(store.traits.layer.value);
  return (
    <p class="nn-asker">
      <Muted>Attention of</Muted>{" "}
      {query ? (
        <>
          <strong>patch ({query.join(", ")})</strong>
          <Small onClick={() => ask(store, null)}>{layer.asked}</Small>
        </>
      ) : (
        <>
          <strong>{layer.asked}</strong>
          <Muted>click a patch to ask it</Muted>
        </>
      )}
    </p>
  );
}

/** The patch that asks, framed on the image. */
export function AskerFrame({ crop }: { crop: Crop }) {
  const { store } = useScope();
  const layer = store.shown.value;
  const query = layer?.asked ? queryOf(store.traits.layer.value) : null;
  if (!layer || !query) return null;
  return (
    <div
      class="nn-asker-frame"
      style={frameStyle(within(crop, cellBox(placeOf(query, sizeOf(layer)), sizeOf(layer))))}
    />
  );
}

/** What makes an element over the image choose the patch that asks; nothing for other layers. */
export function askerProps(store: Store, crop: Crop) {
  const layer = store.shown.value;
  if (!layer?.asked) return {};
  const query = queryOf(store.traits.layer.value);
  const said = query ? `patch row ${query[0]}, column ${query[1]}` : layer.asked;
  return {
    tabIndex: 0,
    role: "application" as const,
    "aria-label": `Attention of ${said}. Arrow keys choose a patch, Escape the ${layer.asked}.`,
    title: "Click a patch to see where its attention goes",
    onClick(event: MouseEvent & { currentTarget: HTMLElement }) {
      const cell = cellUnder(event, crop, layer);
      if (cell) ask(store, String(cell) === String(query) ? null : cell);
    },
    onKeyDown(event: KeyboardEvent) {
      const next = cellAfter(event.key, query, layer);
      if (next === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      ask(store, next);
    },
  };
}

function ask(store: Store, cell: Cell | null): void {
  store.set({ layer: askedBy(store.traits.layer.peek(), cell) });
}

function sizeOf({ shape }: LayerInfo): Cell {
  return [shape[1], shape[2]];
}

function cellUnder(
  event: MouseEvent & { currentTarget: HTMLElement },
  crop: Crop,
  layer: LayerInfo,
): Cell | null {
  const area = event.currentTarget.getBoundingClientRect();
  const [left, top, right, bottom] = crop;
  const u = ((event.clientX - area.left) / Math.max(1, area.width) - left) / (right - left);
  const v = ((event.clientY - area.top) / Math.max(1, area.height) - top) / (bottom - top);
  // Beyond the crop there is nothing that the network saw.
  return u >= 0 && u < 1 && v >= 0 && v < 1 ? cellAt({ u, v }, sizeOf(layer)) : null;
}

/** The patch a key leads to, from the middle where none asks; `null` is the class token. */
function cellAfter(key: string, query: Cell | null, layer: LayerInfo): Cell | null | undefined {
  if (key === "Escape") return query ? null : undefined;
  const step = stepOf(key);
  if (!step) return undefined;
  const [height, width] = sizeOf(layer);
  if (!query) return [Math.floor(height / 2), Math.floor(width / 2)];
  return [clamp(query[0] + step[0], 0, height - 1), clamp(query[1] + step[1], 0, width - 1)];
}
