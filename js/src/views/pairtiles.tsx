/** One channel of this, of the other, and their difference, side by side; a cell is framed in all of them. */

import { type ReadonlySignal, useComputed } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Pair } from "../compared";
import { isDiverging, type Table, tableOf } from "../draw/colormap";
import { clamp } from "../draw/layout";
import { format } from "../draw/number";
import { paintCodes, pixelsOf } from "../draw/paint";
import { rangesOf } from "../draw/pairs";
import { lookup, type Range, valueOfCode } from "../draw/scale";
import type { CodeTile } from "../records";
import type { Spot } from "../view";
import { cellAt, cellBox, frameStyle } from "./cellbox";
import { useScope } from "./context";
import { inOrder } from "./sides";

interface Props {
  readonly pair: Pair;
  /** Place of the channel in the answer. */
  readonly at: number;
  readonly names: readonly [string, string];
}

export function PairTiles({ pair, at, names }: Props) {
  const { store, view } = useScope();
  const channel = pair.channels[at] ?? 0;
  const { colormap, normalize } = store.traits;
  const signed = normalize.value === "symmetric" || isDiverging(colormap.value);
  const ranges = rangesOf(pair, at, store.held.value, signed);
  const spot = useComputed(() => (view.hover.value?.channel === channel ? view.hover.value : null));
  const tiles = [...inOrder(store, [pair.this[at], pair.other[at]]), pair.difference[at]];
  const point = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
    if (width === 0 || height === 0) return;
    const part = (value: number) => clamp(value, 0, 0.999999);
    const next = {
      channel,
      u: part((event.clientX - left) / width),
      v: part((event.clientY - top) / height),
    };
    view.hover.value = next;
    view.last.value = next;
    view.pointed.value = pairWords(tiles, next, inOrder(store, names));
  };
  const leave = () => {
    view.hover.value = null;
    view.pointed.value = "";
  };
  return (
    <span class="nn-pair-tiles">
      {tiles.map(
        (tile, i) =>
          tile && (
            <CodePicture
              key={i}
              tile={tile}
              table={tableOf(i < 2 ? colormap.value : "blue-red")}
              range={i < 2 ? ranges.both : ranges.difference}
              spot={spot}
              onPointerMove={point}
              onPointerLeave={leave}
            />
          ),
      )}
    </span>
  );
}

/** What the cell at a place holds in each, in words. */
function pairWords(tiles: readonly (CodeTile | undefined)[], spot: Spot, names: Props["names"]): string {
  const size = tiles[0]?.size ?? [1, 1];
  const [row, column] = cellAt(spot, size);
  const values = tiles.map((tile) =>
    tile ? format(valueOfCode(tile.codes[row * size[1] + column] ?? 255, tile.lo, tile.hi), 4) : "",
  );
  const [one, another, difference] = values;
  const found = `${names[0]} ≈ ${one} · ${names[1]} ≈ ${another} · difference ≈ ${difference}`;
  return `channel ${spot.channel} · cell (${row}, ${column}) · ${found}`;
}

interface PictureProps {
  readonly tile: CodeTile;
  readonly table: Table;
  readonly range: Range;
  readonly spot: ReadonlySignal<Spot | null>;
  readonly onPointerMove: (event: PointerEvent & { currentTarget: HTMLElement }) => void;
  readonly onPointerLeave: () => void;
}

function CodePicture({ tile, table, range, spot, onPointerMove, onPointerLeave }: PictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [height, width] = tile.size;
  const { lo, hi } = range;
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const image = context.createImageData(width, height);
    paintCodes(tile.codes, lookup(table, tile.lo, tile.hi, { lo, hi }), pixelsOf(image));
    context.putImageData(image, 0, 0);
  }, [tile, table, lo, hi, width, height]);
  return (
    <span class="nn-pair-tile" onPointerMove={onPointerMove} onPointerLeave={onPointerLeave}>
      <canvas ref={canvas} width={width} height={height} aria-hidden="true" />
      {spot.value && <span class="nn-cell-frame" style={frameStyle(cellBox(spot.value, tile.size))} />}
    </span>
  );
}
