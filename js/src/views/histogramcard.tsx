/** One histogram: bars over real units, what they are in numbers, and the outline of one that was kept. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import {
  binAt,
  drawable,
  edgesOf,
  heightOf,
  jointSpan,
  stepsOf,
  ticksOf,
  totalOf,
  weightBeside,
} from "../draw/histogram";
import { clamp } from "../draw/layout";
import { format, percent } from "../draw/number";
import { fraction, type Range } from "../draw/scale";
import { exact } from "../draw/si";
import type { Histogram } from "../findings";
import { useScope } from "./context";
import { Figures } from "./figures";
import { turnOf } from "./keys";
import { Muted } from "./muted";

interface Props {
  readonly now: Histogram;
  /** The histogram of the same kind that was kept. */
  readonly kept: Histogram | null;
  readonly log: boolean;
}

export function HistogramCard({ now, kept, log }: Props) {
  const axis = jointSpan(kept ? [now, kept] : [now]);
  const bins = { now: drawable(now, axis), kept: kept && drawable(kept, axis) };
  const weight = bins.kept ? weightBeside(bins.now, bins.kept) : 0;
  const top = Math.max(...bins.now.counts, ...Array.from(bins.kept?.counts ?? [], (count) => weight * count));
  return (
    <figure class="nn-histogram" aria-label={`Histogram of ${now.kind}`}>
      <figcaption>
        <b>{now.kind}</b> <Muted>{withoutKind(now)}</Muted>
      </figcaption>
      <Bars {...bins} {...{ log, axis, weight, top }} />
      <Spread now={now} axis={axis} />
      <Axis axis={axis} />
      <Figures now={now} top={Math.max(...now.counts)} />
    </figure>
  );
}

/** The sentence without its first word, where that is the kind. */
function withoutKind({ kind, sentence }: Histogram): string {
  return sentence.startsWith(`${kind} `) ? sentence.slice(kind.length + 1) : sentence;
}

interface BarsProps extends Props {
  readonly axis: Range;
  /** How often each count of the kept one counts. */
  readonly weight: number;
  /** What the full height stands for: values in the tallest bar, or those of the outline above it. */
  readonly top: number;
}

function Bars({ now, kept, log, axis, weight, top }: BarsProps) {
  const { bin, read, handlers } = useBins(now, axis);
  const edges = bin === null ? null : edgesOf(now, bin);
  return (
    <div
      class="nn-plot"
      role="slider"
      tabIndex={0}
      aria-label={`Bins of the ${now.kind}`}
      aria-valuemin={0}
      aria-valuemax={now.counts.length - 1}
      aria-valuenow={bin ?? 0}
      aria-valuetext={read || "no bin chosen"}
      {...handlers}
    >
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
        {edges && <path class="nn-hovered" d={box(edges, axis)} />}
        <path class="nn-bars" d={stepsOf(now, axis, (count) => heightOf(count, top, log))} />
        {kept && (
          <path class="nn-outline" d={stepsOf(kept, axis, (count) => heightOf(weight * count, top, log))} />
        )}
        {axis.lo < 0 && axis.hi > 0 && <path class="nn-atzero" d={`M${100 * fraction(0, axis)} 0V100`} />}
      </svg>
      {edges && (
        <output
          class="nn-bin"
          aria-live="off"
          style={{ left: `${100 * clamp(fraction(edges.lo, axis), 0.32, 0.68)}%` }}
        >
          {read}
        </output>
      )}
    </div>
  );
}

/** The bin that is read, by the pointer or by the arrows. */
function useBins(now: Histogram, axis: Range) {
  const { view } = useScope();
  const at = useSignal<number | null>(null);
  const point = (place: number | null) => {
    at.value = place;
    view.pointed.value = place === null ? "" : `${now.kind} ${binReading(now, place)}`;
  };
  useEffect(() => () => point(null), []);
  // Another histogram may have fewer bins.
  const bin = at.value !== null && at.value < now.counts.length ? at.value : null;
  const handlers = {
    onKeyDown(event: KeyboardEvent) {
      const next = nextBin(event, now, bin);
      if (next === null) return;
      event.preventDefault();
      event.stopPropagation();
      point(next);
    },
    onPointerMove(event: PointerEvent & { currentTarget: HTMLElement }) {
      const { left, width } = event.currentTarget.getBoundingClientRect();
      const part = width > 0 ? (event.clientX - left) / width : 0;
      point(binAt(now, axis.lo + (axis.hi - axis.lo) * part));
    },
    onPointerLeave: () => point(null),
    onBlur: () => point(null),
  };
  return { bin, read: bin === null ? "" : binReading(now, bin), handlers };
}

/** The bin to which a key leads: the mean's at first; `null` for other keys, which may be the host's. */
function nextBin(event: KeyboardEvent, now: Histogram, bin: number | null): number | null {
  const last = now.counts.length - 1;
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return null;
  if (event.key === "Home") return 0;
  if (event.key === "End") return last;
  const by = turnOf(event.key);
  if (!by) return null;
  return bin === null ? (binAt(now, now.mean) ?? 0) : clamp(bin + by, 0, last);
}

function box({ lo, hi }: Range, axis: Range): string {
  return `M${100 * fraction(lo, axis)} 0H${100 * fraction(hi, axis)}V100H${100 * fraction(lo, axis)}Z`;
}

/** `from −0.02 to 0.03: 1,204 values, 3.1 %`. */
export function binReading(now: Histogram, bin: number): string {
  const { lo, hi } = edgesOf(now, bin);
  const count = now.counts[bin] ?? 0;
  const share = percent(count / Math.max(1, totalOf(now)));
  return `from ${format(lo, 3)} to ${format(hi, 3)}: ${exact(count)} ${count === 1 ? "value" : "values"}, ${share}`;
}

/** The mean, and one deviation to both sides of it. */
function Spread({ now: { mean, std }, axis }: { readonly now: Histogram; readonly axis: Range }) {
  if (!Number.isFinite(mean) || !Number.isFinite(std)) return null;
  const at = (value: number) => 100 * clamp(fraction(value, axis), 0, 1);
  const [left, right] = [at(mean - std), at(mean + std)];
  return (
    <div class="nn-spread" title={`mean ${format(mean, 4)} ± deviation ${format(std, 4)}`}>
      <i style={{ left: `${left}%`, width: `${right - left}%` }} />
      <b style={{ left: `${at(mean)}%` }} />
    </div>
  );
}

function Axis({ axis }: { readonly axis: Range }) {
  return (
    <div class="nn-axis nn-muted" aria-hidden="true">
      {ticksOf(axis, 5).map((tick) => (
        <span key={tick} style={{ left: `${100 * fraction(tick, axis)}%` }}>
          {format(tick, 3)}
        </span>
      ))}
    </div>
  );
}
