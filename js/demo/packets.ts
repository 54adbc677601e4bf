/** Packets as `wire/packet.py` makes them, from plain numbers. */

import type { LayerInfo } from "../src/records";

/** Values of a layer, `[C, H, W]`. */
export interface LayerValues {
  readonly info: LayerInfo;
  readonly values: Float32Array;
}

type Arrays = Record<string, Float32Array | Uint8Array>;
export interface Encoded {
  readonly header: Record<string, unknown>;
  readonly body: DataView;
}

const COARSE_BYTES = 128 * 1024;

export function encode(
  kind: string,
  facts: object,
  arrays: Arrays,
  shapes: Record<string, number[]> = {},
): Encoded {
  const entries = Object.entries(arrays);
  const padded = (bytes: number) => Math.ceil(bytes / 4) * 4;
  const body = new Uint8Array(entries.reduce((sum, [, data]) => sum + padded(data.byteLength), 0));
  let offset = 0;
  const layout = entries.map(([name, data]) => {
    const at = offset;
    body.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    offset += padded(data.byteLength);
    const dtype = data instanceof Uint8Array ? "uint8" : "float32";
    return { name, dtype, shape: shapes[name] ?? [data.length], offset: at };
  });
  return { header: { v: 1, kind, ...facts, arrays: layout }, body: new DataView(body.buffer) };
}

export function layerPacket({ info, values }: LayerValues, epoch = 0, coarseBytes = COARSE_BYTES): Encoded {
  const [channels, height, width] = info.shape;
  const shrink = Math.min(1, Math.sqrt(coarseBytes / (channels * height * width)));
  const tile = [Math.max(1, Math.floor(height * shrink)), Math.max(1, Math.floor(width * shrink))] as const;
  const names = ["lo", "hi", "min", "max", "mean", "std", "l2", "active", "nonfinite"] as const;
  const numbers = Object.fromEntries(names.map((name) => [name, new Float32Array(channels)]));
  const tiles = new Uint8Array(channels * tile[0] * tile[1]);
  for (let c = 0; c < channels; c++) {
    const cells = values.subarray(c * height * width, (c + 1) * height * width);
    const coarse = quantise(shrunk(cells, height, width, ...tile));
    tiles.set(coarse.codes, c * tile[0] * tile[1]);
    const facts: Record<string, number> = { ...statistics(cells), lo: coarse.lo, hi: coarse.hi };
    for (const name of names) (numbers[name] as Float32Array)[c] = facts[name] ?? Number.NaN;
  }
  const facts = { epoch, layer: info.name, channels, size: [height, width], tile: [...tile] };
  return encode("layer", facts, { tiles, ...numbers }, { tiles: [channels, ...tile] });
}

export function nativePacket({ info, values }: LayerValues, channels: readonly number[], epoch = 0): Encoded {
  const [, height, width] = info.shape;
  const cells = height * width;
  const parts = channels.map((c) => quantise(values.subarray(c * cells, (c + 1) * cells)));
  const tiles = new Uint8Array(channels.length * cells);
  for (const [i, { codes }] of parts.entries()) tiles.set(codes, i * cells);
  const facts = { epoch, layer: info.name, channels: [...channels], size: [height, width] };
  const lo = Float32Array.from(parts, (part) => part.lo);
  const hi = Float32Array.from(parts, (part) => part.hi);
  return encode("native", facts, { tiles, lo, hi }, { tiles: [channels.length, height, width] });
}

export function exactPacket({ info, values }: LayerValues, channel: number, epoch = 0): Encoded {
  const [, height, width] = info.shape;
  const cells = height * width;
  const facts = { epoch, layer: info.name, channels: [channel], size: [height, width] };
  const part = values.slice(channel * cells, (channel + 1) * cells);
  return encode("exact", facts, { values: part }, { values: [1, height, width] });
}

/** Facts of a map; those that earlier versions did not send may be absent. */
export interface MapFacts {
  readonly epoch: number;
  readonly layer: string;
  readonly target: number | null;
  readonly method: string;
  readonly sentence: string;
  readonly doubt: string;
  readonly versus?: number | null;
  readonly unit?: string;
  readonly style?: string;
  readonly at?: "layer" | "pixels";
  readonly done?: number;
  readonly signed?: boolean;
  readonly ends?: readonly number[];
  readonly smooth?: boolean;
}

export function mapPacket(
  facts: MapFacts,
  size: readonly [number, number],
  raw: Float32Array,
  shares: Float32Array,
  weights: Float32Array = new Float32Array(0),
): Encoded {
  const { codes, lo, hi } = quantise(raw);
  const ends = { lo: Float32Array.of(lo), hi: Float32Array.of(hi) };
  return encode("map", facts, { tiles: codes, ...ends, shares, weights }, { tiles: [1, ...size] });
}

/** A row of a `checks` packet, without its picture. */
export interface RowFacts {
  readonly label: string;
  readonly kind: string;
  readonly similarity: number | null;
  readonly ends: readonly [number, number];
}

export function checksPacket(
  facts: object,
  rows: readonly RowFacts[],
  size: readonly [number, number],
  values: readonly Float32Array[],
  curves: Record<"fractions" | "deletion" | "insertion", readonly number[]>,
): Encoded {
  const parts = values.map(quantise);
  const tiles = Uint8Array.from(parts.flatMap(({ codes }) => [...codes]));
  const lo = Float32Array.from(parts, (part) => part.lo);
  const hi = Float32Array.from(parts, (part) => part.hi);
  const lines = Object.entries(curves).map(([name, numbers]) => [name, Float32Array.from(numbers)]);
  const arrays = { tiles, lo, hi, ...Object.fromEntries(lines) };
  return encode("checks", { ...facts, rows }, arrays, { tiles: [rows.length, ...size] });
}

/** A packet as the two traits that hold it. */
export function asTraits(header: string, body: string, packet: Encoded): Record<string, unknown> {
  return { [header]: packet.header, [body]: packet.body };
}

export function quantise(values: Float32Array): { codes: Uint8Array; lo: number; hi: number } {
  const finite = values.filter(Number.isFinite);
  const lo = finite.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const hi = finite.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const scale = hi > lo ? 254 / (hi - lo) : 0;
  const codes = Uint8Array.from(values, (value) =>
    Number.isFinite(value) ? Math.round((value - lo) * scale) : 255,
  );
  return { codes, lo: finite.length ? lo : 0, hi: finite.length ? hi : 0 };
}

/** Means over areas. */
function shrunk(
  values: Float32Array,
  height: number,
  width: number,
  rows: number,
  columns: number,
): Float32Array {
  if (rows === height && columns === width) return values;
  const edge = (i: number, parts: number, whole: number) => Math.floor((i * whole) / parts);
  return Float32Array.from({ length: rows * columns }, (_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    let [sum, count] = [0, 0];
    for (let y = edge(row, rows, height); y < edge(row + 1, rows, height); y++) {
      for (let x = edge(column, columns, width); x < edge(column + 1, columns, width); x++) {
        sum += values[y * width + x] ?? 0;
        count += 1;
      }
    }
    return sum / count;
  });
}

function statistics(values: Float32Array): Record<string, number> {
  let [min, max, sum, squares, active, count] = [
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    0,
    0,
    0,
    0,
  ];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
    squares += value * value;
    active += Number(value > 0);
    count += 1;
  }
  const mean = sum / count;
  const std = Math.sqrt(Math.max(0, squares / count - mean * mean));
  const nonfinite = values.length - count;
  return { min, max, mean, std, l2: Math.sqrt(squares), active: active / values.length, nonfinite };
}
