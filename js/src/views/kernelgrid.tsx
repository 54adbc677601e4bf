/** The kernels on one canvas, of which only those in sight are drawn and fetched. */

import { type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { tableOf } from "../draw/colormap";
import { KernelPainter } from "../draw/kernelpaint";
import { type Layout, layoutOf, rowsInSight } from "../draw/layout";
import { HEAD, type Matrix, matrixOf } from "../draw/matrix";
import { fitToScreen } from "../draw/paint";
import { around, type Range } from "../draw/scale";
import { aroundZero } from "../draw/terms";
import type { Kernels } from "../findings";
import { useFrame } from "./frame";
import { KernelCells } from "./kernelcells";
import { type Scrolled, useKernelMoves } from "./kernelmoves";
import type { KernelPull } from "./kernelpull";
import { firstOf, weightsOf } from "./kernelreading";
import { useChannelPictures, useInks } from "./kerneltheme";
import { type Size, useSize } from "./size";

/** About how wide a card is, in CSS pixels: a kernel, and the picture of its channel. */
const CARD = 124;

export interface Arrangement {
  /** Whether each kernel has a range of its own, or all have one. */
  readonly own: boolean;
  /** Whether a kernel is one tile beside the picture of its channel, or a row of tiles. */
  readonly cards: boolean;
  /** Whether three inputs are drawn as one colour. */
  readonly mixed: boolean;
}

interface Props extends Arrangement {
  readonly facts: Kernels;
  readonly kernels: KernelPull;
}

/** Where everything stands. */
export interface Place {
  readonly layout: Layout;
  /** `null` where the kernels are cards. */
  readonly matrix: Matrix | null;
  /** Height of the line above the rows. */
  readonly head: number;
  readonly width: number;
}

export function KernelGrid(props: Props) {
  const { facts, kernels, cards } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(scroller);
  const scrolled = useSignal<Scrolled>({ left: 0, top: 0 });
  const place = placeOf(facts, cards, size.value.width);
  const { layout, head } = place;
  const rows = rowsInSight(layout, scrolled.value.top, size.value.height - head);
  const [first, last] = [rows.first * layout.columns, Math.min(layout.count, rows.last * layout.columns)];
  useEffect(() => {
    if (size.peek().width > 0) kernels.want(first, last);
  }, [kernels, first, last, size]);
  usePainting(canvas, size, scrolled, props, place);
  const moves = useKernelMoves({ scroller, place, scrolled, kernels, mixed: props.mixed });
  const total = layout.total + head;
  const seen = Math.min(size.value.height, total);
  return (
    <div
      ref={scroller}
      class="nn-grid nn-kernels"
      role="grid"
      aria-label="Kernels"
      aria-rowcount={layout.rows}
      aria-colcount={layout.columns}
      tabIndex={-1}
      style={{ "--total": `${total}px`, "--gutter": `${size.value.gutter}px` }}
      {...moves.handlers}
    >
      <canvas
        ref={canvas}
        aria-hidden="true"
        style={{ width: `${size.value.width}px`, height: `${seen}px`, marginBottom: `-${seen}px` }}
      />
      <div class="nn-cells" role="presentation" style={{ height: `${total}px`, width: `${place.width}px` }}>
        <KernelCells place={place} rows={rows} focus={moves.focus} column={moves.column} />
      </div>
    </div>
  );
}

function placeOf({ outputs, inputs, size }: Kernels, cards: boolean, width: number): Place {
  if (cards) {
    // A card is two tiles side by side.
    const layout = layoutOf(outputs, width, CARD, 0.5 * clampAspect(size[0] / size[1]));
    return { layout, matrix: null, head: 0, width };
  }
  const matrix = matrixOf(outputs, inputs, size, width);
  return { layout: matrix.layout, matrix, head: HEAD, width: Math.max(width, matrix.width) };
}

function clampAspect(aspect: number): number {
  return Math.max(0.8, Math.min(1.25, aspect));
}

function usePainting(
  canvas: { current: HTMLCanvasElement | null },
  size: ReadonlySignal<Size>,
  scrolled: ReadonlySignal<Scrolled>,
  { facts, kernels, own, mixed }: Props,
  { layout, matrix, head }: Place,
): void {
  const painter = useMemo(() => new KernelPainter(), []);
  const frame = useFrame();
  const inks = useInks();
  const picture = useChannelPictures();
  const now = {
    ...{ size: facts.size, inputs: facts.inputs, table: tableOf("blue-red"), inks: inks.value },
    ...{ picture: picture.value, ...scrolled.value, width: size.value.width },
    height: Math.min(size.value.height, layout.total + head),
    rows: rowsInSight(layout, scrolled.value.top, size.value.height - head),
    weights: (channel: number) => weightsOf(kernels, channel),
    first: (channel: number) => firstOf(kernels, channel),
    range: rangesOf(facts, kernels, own),
    grouped: facts.groups > 1,
    names: facts.colour ? ["red", "green", "blue"] : [],
  };
  // After every drawing of the component: whatever it reads may have changed.
  useEffect(() => frame(paint));
  function paint(): void {
    const context = canvas.current && now.width > 0 && fitToScreen(canvas.current, now.width, now.height);
    if (!context) return;
    context.clearRect(0, 0, now.width, now.height);
    if (matrix) painter.matrix(context, { ...now, matrix });
    else painter.cards(context, now, layout, mixed);
  }
}

/** The weights at the ends of the colours, as far to both sides of zero. */
function rangesOf({ shared: [lo, hi] }: Kernels, kernels: KernelPull, own: boolean) {
  const all = around({ lo, hi });
  return (channel: number): Range => {
    const weights = own ? weightsOf(kernels, channel) : undefined;
    return weights ? aroundZero(weights) : all;
  };
}
