/** How the probability of the class falls and rises while the image is covered and uncovered, in order of the map. */

import { useSignal } from "@preact/signals";
import { clamp } from "../draw/layout";
import { format, percent } from "../draw/number";
import type { Curves } from "../records";
import { turnOf } from "./keys";
import { Muted } from "./muted";

const NAMES = ["deletion", "insertion"] as const;

const MEANINGS = {
  deletion: "Covering what matters most first: it should fall fast",
  insertion: "Uncovering what matters most first: it should rise fast",
};

export function Chart({ curves }: { curves: Curves }) {
  const place = useSignal<number | null>(null);
  const { fractions, areas } = curves;
  const top = topOf(curves);
  const last = fractions.length - 1;
  const at = place.value;
  const read = at === null ? "" : readingAt(curves, at);
  const step = (event: KeyboardEvent) => {
    const by = turnOf(event.key);
    if (!by) return;
    event.preventDefault();
    place.value = clamp((place.peek() ?? -by) + by, 0, last);
  };
  return (
    <div class="nn-chart">
      <div class="nn-legend">
        {NAMES.map((name) => (
          <span key={name} title={MEANINGS[name]}>
            <i class={`nn-${name}`} /> {name}{" "}
            <Muted>{areas[name] === null ? "" : `area ${format(areas[name], 3)}`}</Muted>
          </span>
        ))}
        <output class="nn-muted">{read}</output>
      </div>
      <div
        class="nn-plot"
        role="slider"
        tabIndex={0}
        aria-label="Part of the image"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(100 * (fractions[at ?? 0] ?? 0))}
        aria-valuetext={read}
        onKeyDown={step}
        onPointerMove={(event) => {
          const { left, width } = event.currentTarget.getBoundingClientRect();
          if (width > 0) place.value = nearest(fractions, (event.clientX - left) / width);
        }}
        onPointerLeave={() => {
          place.value = null;
        }}
      >
        <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
          {NAMES.map((name) => (
            <path key={name} class={`nn-${name}`} d={pathOf(fractions, curves[name], top)} />
          ))}
          {at !== null && <path d={`M${100 * (fractions[at] ?? 0)} 0V100`} />}
        </svg>
        <span class="nn-high">{`${format(top)} probability`}</span>
      </div>
      <div class="nn-mapends nn-muted">
        <span>0 %</span>
        <span>of the image covered, or uncovered</span>
        <span>100 %</span>
      </div>
    </div>
  );
}

function readingAt({ fractions, deletion, insertion }: Curves, at: number): string {
  const [gone, there] = [format(deletion[at], 3), format(insertion[at], 3)];
  return `${percent(fractions[at] ?? 0, 0)}: deletion ${gone}, insertion ${there}`;
}

/** A round probability above both curves. */
export function topOf({ deletion, insertion }: Curves): number {
  const most = Math.max(...deletion, ...insertion);
  return [0.01, 0.02, 0.05, 0.1, 0.2, 0.5].find((top) => top >= most) ?? 1;
}

function pathOf(fractions: Float32Array, values: Float32Array, top: number): string {
  const points = Array.from(values, (value, i) => {
    const y = Number.isFinite(value) ? 100 - (100 * value) / top : 100;
    return `${(100 * (fractions[i] ?? 0)).toFixed(2)} ${y.toFixed(2)}`;
  });
  return `M${points.join("L")}`;
}

/** Place of the number that is nearest. */
export function nearest(numbers: Float32Array, wanted: number): number {
  return numbers.reduce(
    (best, value, i) => (Math.abs(value - wanted) < Math.abs((numbers[best] ?? 0) - wanted) ? i : best),
    0,
  );
}
