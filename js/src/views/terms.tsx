/** The terms of a sum, a row an input channel: patch × kernel = partial sum. Only the rows in sight are in the page. */

import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { tableOf } from "../draw/colormap";
import { clamp } from "../draw/layout";
import { format } from "../draw/number";
import type { Range } from "../draw/scale";
import { aroundZero, type Outside } from "../draw/terms";
import type { Sum } from "../findings";
import { useScope } from "./context";
import { Muted } from "./muted";
import { type Grain, grainOf, NumberTile } from "./numbertile";
import { outsideIn, placesOf } from "./patch";
import { useSize } from "./size";

/** Most of the rows that are in sight at once, in CSS pixels. */
const HIGHEST = 320;
/** Width of all that stands in a row beside the patch and the kernel. */
const ROOM_BESIDE = 210;

interface Props {
  readonly sum: Sum;
  /** Places of the terms, in the order in which they are shown. */
  readonly places: readonly number[];
}

/** The rows of one height that are in sight in an element that scrolls. */
function useRowsInSight(count: number, pitchIn: (width: number) => number) {
  const scroller = useRef<HTMLDivElement>(null);
  const { width } = useSize(scroller).value;
  const top = useSignal(0);
  const pitch = pitchIn(width);
  const height = Math.min(HIGHEST, count * pitch);
  const first = clamp(Math.floor(top.value / pitch), 0, count);
  const last = clamp(Math.ceil((top.value + height) / pitch) + 1, 0, count);
  const onScroll = () => {
    top.value = scroller.current?.scrollTop ?? 0;
  };
  return {
    width,
    pitch,
    first,
    last,
    scroller: { ref: scroller, onScroll, style: { height: `${height}px` } },
  };
}

export function Terms({ sum, places }: Props) {
  const { store } = useScope();
  const grainIn = (width: number) => grainOf(sum.size, (width - ROOM_BESIDE) / 2);
  const { width, pitch, first, last, scroller } = useRowsInSight(places.length, (room) =>
    Math.max(26, sum.size[0] * grainIn(room).height + 10),
  );
  const grain = grainIn(width);
  const ranges = { patch: aroundZero(sum.patch), kernel: aroundZero(sum.kernel) };
  const largest = aroundZero(sum.partial).hi;
  const outside = outsideIn(store, sum);
  return (
    <>
      <p class="nn-termhead">
        <Muted>
          {`patch (±${format(ranges.patch.hi, 2)}) × kernel (±${format(ranges.kernel.hi, 2)}) = partial sum`}
        </Muted>
      </p>
      <div
        {...scroller}
        class="nn-terms"
        role="list"
        aria-label="Terms"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by keyboard
        tabIndex={0}
        // The enlarged view would turn to the next channel.
        onKeyDown={(event) =>
          /^(Arrow(Up|Down)|Page|Home|End)/.test(event.key) && !event.shiftKey && event.stopPropagation()
        }
      >
        <div style={{ height: `${places.length * pitch}px` }}>
          {places.slice(first, last).map((place, i) => (
            <Term
              key={place}
              {...{ sum, place, grain, ranges, largest, outside }}
              top={(first + i) * pitch}
              height={pitch}
              position={first + i + 1}
              count={places.length}
            />
          ))}
        </div>
      </div>
    </>
  );
}

interface TermProps {
  readonly sum: Sum;
  readonly place: number;
  readonly grain: Grain;
  readonly ranges: { readonly patch: Range; readonly kernel: Range };
  readonly largest: number;
  readonly outside: readonly Outside[];
  readonly top: number;
  readonly height: number;
  readonly position: number;
  readonly count: number;
}

function Term({ sum, place, grain, ranges, largest, outside, top, height, position, count }: TermProps) {
  const { size } = sum;
  const cells = size[0] * size[1];
  const own = (values: Float32Array) => values.subarray(place * cells, (place + 1) * cells);
  const partial = sum.partial[place] ?? 0;
  const input = sum.inputs[place] ?? place;
  const places = placesOf(sum);
  const tile = { columns: size[1], grain, table: tableOf("blue-red") };
  return (
    <div
      role="listitem"
      class="nn-term"
      aria-label={`input ${input}, partial sum ${format(partial)}`}
      aria-posinset={position}
      aria-setsize={count}
      style={{ top: `${top}px`, height: `${height}px` }}
    >
      <Muted>{`input ${input}`}</Muted>
      <NumberTile
        {...tile}
        values={own(sum.patch)}
        range={ranges.patch}
        outside={outside}
        where={(i) => `input ${input}${places[i] ?? ""}`}
      />
      <span>×</span>
      <NumberTile
        {...tile}
        values={own(sum.kernel)}
        range={ranges.kernel}
        where={(i) => `kernel cell (${Math.floor(i / size[1])}, ${i % size[1]})`}
      />
      <span>=</span>
      <b title={String(partial)}>{format(partial, 4)}</b>
      <PartialBar share={largest > 0 ? partial / largest : 0} />
    </div>
  );
}

/** How much a term adds or takes away, beside the largest. */
function PartialBar({ share }: { readonly share: number }) {
  const part = 50 * Math.min(1, Math.abs(share));
  return (
    <span class="nn-partial" aria-hidden="true">
      <i
        class={share < 0 ? "nn-minus" : "nn-plus"}
        style={{ left: `${share < 0 ? 50 - part : 50}%`, width: `${part}%` }}
      />
    </span>
  );
}
