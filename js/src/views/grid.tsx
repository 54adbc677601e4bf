/** The channels as tiles: one canvas behind, and in front a thin layer of cells for keyboard and screen reader. */

import { type ReadonlySignal, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import { type Layout, layoutOf, rowsInSight } from "../draw/layout";
import { fitToScreen } from "../draw/paint";
import { coloursOf, type Scene, TilePainter } from "../draw/tiles";
import type { LayerPictures } from "../records";
import { useEffectAtOnce } from "./atonce";
import { Cells } from "./cells";
import { useScope } from "./context";
import { useFrame } from "./frame";
import { useMoves } from "./gridmoves";
import { type Size, useSize } from "./size";

/** Milliseconds of rest over a tile before its exact values are fetched. */
const REST = 250;

export function Grid() {
  const { store } = useScope();
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(scroller);
  const top = useSignal(0);
  const layout = useComputed(() => {
    const [rows = 1, columns = 1] = store.pictures.value?.size ?? [];
    return layoutOf(store.order.value.length, size.value.width, store.traits.tile.value, rows / columns);
  });
  usePainting(canvas, size, layout, top);
  useFinerTiles(layout, size, top);
  useExactOnRest();
  const moves = useMoves(scroller, layout, top);
  const rows = useComputed(() => rowsInSight(layout.value, top.value, size.value.height, 1));
  const { columns, total, rows: count } = layout.value;
  // The canvas stays where it is while the cells move over it.
  const seen = Math.min(size.value.height, total);
  return (
    <div
      ref={scroller}
      class="nn-grid"
      role="grid"
      aria-label="Channels"
      aria-rowcount={count}
      aria-colcount={columns}
      tabIndex={-1}
      style={{ "--total": `${total}px`, "--gutter": `${size.value.gutter}px` }}
      {...moves}
    >
      <canvas ref={canvas} aria-hidden="true" style={{ height: `${seen}px`, marginBottom: `-${seen}px` }} />
      <div class="nn-cells" role="presentation" style={{ height: `${total}px` }}>
        <Cells layout={layout.value} first={rows.value.first} last={rows.value.last} />
      </div>
    </div>
  );
}

/** Draw whenever something changed that shows: another layer at once, all else in the next frame. */
function usePainting(
  canvas: { current: HTMLCanvasElement | null },
  size: ReadonlySignal<Size>,
  layout: ReadonlySignal<Layout>,
  top: ReadonlySignal<number>,
): void {
  const { store, view } = useScope();
  const painter = useMemo(() => new TilePainter(), []);
  const frame = useFrame();
  const last = useMemo<{ pictures: LayerPictures | null }>(() => ({ pictures: null }), []);
  const mark = useComputed(() => store.tools.part.value?.markOf(store));
  const scene = useComputed<Scene | null>(() => {
    const pictures = store.pictures.value;
    if (!pictures || size.value.width === 0) return null;
    const { colormap, normalize } = store;
    const pictured = store.wishes.value?.pictured.value;
    const large = !pictured && wantsNative(layout.value, pictures.tile[1], pictures.size[1]);
    // Read so that the scene is made anew when finer tiles have come.
    store.detail.version.value;
    return {
      pictures,
      order: store.order.value,
      layout: layout.value,
      rows: rowsInSight(layout.value, top.value, size.value.height),
      top: top.value,
      colours: coloursOf(colormap.value, normalize.value, store.rangeOf, store.portions.value),
      pictured,
      mark: mark.value,
      native: (channel) => (large ? store.detail.native(channel) : undefined),
    };
  });
  useEffectAtOnce(() => {
    const now = scene.value;
    const { width, height } = size.value;
    if (!now || !canvas.current) return;
    const another = now.pictures !== last.pictures;
    last.pictures = now.pictures;
    frame(() => {
      const context =
        canvas.current && fitToScreen(canvas.current, width, Math.min(height, now.layout.total));
      if (!context) return;
      context.clearRect(0, 0, width, height);
      painter.paint(context, now);
      const { times } = view.painted.peek();
      view.painted.value = { times: times + 1, layer: now.pictures.layer };
    }, another);
  });
}

/** Whether a tile on the screen has room for more cells than the coarse tile holds. */
function wantsNative(layout: Layout, coarse: number, native: number): boolean {
  return native > coarse && layout.width * (globalThis.devicePixelRatio || 1) > coarse;
}

/** Fetch the tiles in sight at native size, half a screen ahead, or what they want, one screen ahead. */
function useFinerTiles(
  layout: ReadonlySignal<Layout>,
  size: ReadonlySignal<Size>,
  top: ReadonlySignal<number>,
): void {
  const { store } = useScope();
  useSignalEffect(() => {
    const pictures = store.pictures.value;
    if (!pictures || !store.answering.value || size.value.width === 0) return;
    const grid = layout.value;
    const order = store.order.value;
    const wishes = store.wishes.value;
    if (wishes?.pictured.value) {
      const { first, last } = rowsInSight(grid, top.value, size.value.height);
      wishes.want([...order.subarray(first * grid.columns, (2 * last - first) * grid.columns)]);
      return () => wishes.want([]);
    }
    if (!wantsNative(grid, pictures.tile[1], pictures.size[1])) return store.detail.want([]);
    const { first, last } = rowsInSight(grid, top.value, size.value.height, 1);
    store.detail.want([...order.subarray(first * grid.columns, last * grid.columns)]);
  });
}

/** Fetch the exact values of a channel over which the pointer rests. */
function useExactOnRest(): void {
  const { store, view } = useScope();
  const channel = useComputed(() => view.hover.value?.channel ?? null);
  useSignalEffect(() => {
    const resting = channel.value;
    if (resting === null) return undefined;
    const timer = setTimeout(() => store.detail.wantExact(resting), REST);
    return () => clearTimeout(timer);
  });
}
