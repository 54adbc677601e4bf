/** The packet: a small JSON header and one binary buffer. Mirrors `wire/packet.py`. */

import type { CheckRow, Checks, CodeTile, Curves, ExactTile, HeatMap, LayerPictures, Stats } from "./records";

const VERSION = 1;
/** Code of the largest finite value, and of a cell that is not finite. */
const TOP = 254;
const NONFINITE = 255;

const STATS: readonly (keyof Stats)[] = ["min", "max", "mean", "std", "l2", "active", "nonfinite"];

/** A host's bytes, whatever they came in, as a view of exactly those bytes. */
export function bytesOf(source: unknown): Uint8Array {
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  return new Uint8Array(0);
}

/** Join the buffers of a reply, in order. */
export function join(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}

type Numbers = Uint8Array | Float32Array;

interface NamedArray {
  readonly shape: readonly number[];
  readonly data: Numbers;
}

/** A packet whose header was found to fit its buffer. */
export interface Packet {
  readonly kind: string;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly arrays: ReadonlyMap<string, NamedArray>;
}

/** Read a packet; throws a sentence when it is of another version or does not fit its buffer. */
export function decode(header: unknown, body: unknown): Packet {
  const facts = record(header, "header");
  if (facts.v !== VERSION) {
    throw new Error(`This packet has version ${String(facts.v)}; this panel reads version ${VERSION}.`);
  }
  if (!Array.isArray(facts.arrays)) throw new Error("The packet's header lists no arrays.");
  const bytes = bytesOf(body);
  const arrays = new Map(facts.arrays.map((entry) => readArray(record(entry, "array"), bytes)));
  return { kind: String(facts.kind), facts, arrays };
}

function readArray(entry: Record<string, unknown>, bytes: Uint8Array): [string, NamedArray] {
  const name = String(entry.name);
  const shape = numbers(entry.shape, `shape of ${name}`);
  const offset = whole(entry.offset, `offset of ${name}`);
  const count = shape.reduce((product, side) => product * whole(side, `shape of ${name}`), 1);
  const width = entry.dtype === "float32" ? 4 : entry.dtype === "uint8" ? 1 : 0;
  if (width === 0) throw new Error(`Array ${name} has dtype ${String(entry.dtype)}, not uint8 or float32.`);
  if (offset + count * width > bytes.byteLength) {
    throw new Error(`Array ${name} ends beyond the ${bytes.byteLength} bytes of its packet.`);
  }
  const part = bytes.subarray(offset, offset + count * width);
  return [name, { shape, data: width === 1 ? part : floats(part) }];
}

/** Little-endian float32 numbers; copied where the host's buffer is not aligned to 4 bytes. */
function floats(part: Uint8Array): Float32Array {
  const aligned = part.byteOffset % 4 === 0 ? part : part.slice();
  return new Float32Array(aligned.buffer, aligned.byteOffset, part.byteLength / 4);
}

/** A `layer` packet. */
export function readLayer(header: unknown, body: unknown): LayerPictures {
  return layerOf(decode(header, body));
}

/** A `layer` packet that is decoded already. */
export function layerOf(packet: Packet): LayerPictures {
  expect(packet, "layer");
  const channels = whole(packet.facts.channels, "channels");
  const size = pair(packet.facts.size, "size");
  const tile = pair(packet.facts.tile, "tile");
  const perChannel = (name: string) => float32(packet, name, channels);
  return {
    epoch: whole(packet.facts.epoch, "epoch"),
    layer: String(packet.facts.layer),
    channels,
    size,
    tile,
    tiles: uint8(packet, "tiles", channels * tile[0] * tile[1]),
    lo: perChannel("lo"),
    hi: perChannel("hi"),
    stats: Object.fromEntries(STATS.map((name) => [name, perChannel(name)])) as unknown as Stats,
  };
}

/** A `map` packet; recordings of earlier versions say less about it. */
export function readMap(header: unknown, body: unknown): HeatMap {
  const packet = expect(decode(header, body), "map");
  const { facts } = packet;
  const size = pair(packet.arrays.get("tiles")?.shape.slice(1), "shape of tiles");
  const [values = new Float32Array(0)] = valuesOf(packet, 1, size[0] * size[1]);
  return {
    epoch: whole(facts.epoch, "epoch"),
    layer: String(facts.layer),
    target: numberOr(facts.target, null),
    versus: numberOr(facts.versus, null),
    unit: text(facts.unit),
    method: String(facts.method),
    style: text(facts.style) || "paper",
    at: facts.at === "pixels" ? "pixels" : "layer",
    sentence: text(facts.sentence),
    doubt: text(facts.doubt),
    done: numberOr(facts.done, 1),
    signed: facts.signed === true,
    ends: endsOf(facts.ends, values),
    smooth: facts.smooth !== false,
    size,
    values,
    shares: packet.arrays.has("shares") ? float32(packet, "shares") : new Float32Array(0),
  };
}

/** A `checks` packet. */
export function readChecks(header: unknown, body: unknown): Checks {
  const packet = expect(decode(header, body), "checks");
  const { facts } = packet;
  return {
    epoch: whole(facts.epoch, "epoch"),
    question: text(facts.question),
    done: numberOr(facts.done, 1),
    rows: rowsOf(packet),
    verdicts: list(facts.verdicts).filter((verdict) => typeof verdict === "string"),
    curves: curvesOf(packet),
  };
}

function rowsOf(packet: Packet): CheckRow[] {
  const rows = list(packet.facts.rows).map((row) => record(row, "row"));
  if (rows.length === 0) return [];
  const size = pair(packet.arrays.get("tiles")?.shape.slice(1), "shape of tiles");
  const planes = valuesOf(packet, rows.length, size[0] * size[1]);
  return rows.map(({ label, kind, similarity, ends }, i) => {
    const values = planes[i] as Float32Array;
    return {
      label: text(label),
      kind: kind === "randomised" || kind === "runner-up" ? kind : "map",
      similarity: numberOr(similarity, null),
      picture: {
        size,
        values,
        ends: endsOf(ends, values),
        signed: packet.facts.signed === true,
        smooth: packet.facts.smooth !== false,
      },
    };
  });
}

function curvesOf(packet: Packet): Curves {
  const curve = (name: string, count?: number) =>
    packet.arrays.has(name) || count ? float32(packet, name, count) : new Float32Array(0);
  const fractions = curve("fractions");
  const { deletion, insertion } = packet.facts;
  return {
    fractions,
    deletion: curve("deletion", fractions.length),
    insertion: curve("insertion", fractions.length),
    areas: { deletion: numberOr(deletion, null), insertion: numberOr(insertion, null) },
  };
}

/** The values of the tiles of a packet that holds `count` of them. */
function valuesOf(packet: Packet, count: number, cells: number): Float32Array[] {
  const lo = float32(packet, "lo", count);
  const hi = float32(packet, "hi", count);
  const codes = uint8(packet, "tiles", count * cells);
  return Array.from(lo, (low, i) => {
    const step = ((hi[i] ?? 0) - low) / TOP;
    const own = codes.subarray(i * cells, (i + 1) * cells);
    return Float32Array.from(own, (code) => (code === NONFINITE ? Number.NaN : low + step * code));
  });
}

/** The values at the ends of the colours; where nobody says them, zero and the largest. */
function endsOf(ends: unknown, values: Float32Array): readonly [number, number] {
  const [lo, hi] = Array.isArray(ends) ? ends : [];
  if (Number.isFinite(lo) && Number.isFinite(hi)) return [lo, hi];
  // Not Math.max: a cell that is not a number takes no part.
  return [0, values.reduce((most, value) => (value > most ? value : most), 0)];
}

/** A `native` packet, as tiles by channel. */
export function readNative(packet: Packet): Map<number, CodeTile> {
  expect(packet, "native");
  const channels = numbers(packet.facts.channels, "channels");
  const size = pair(packet.facts.size, "size");
  const cells = size[0] * size[1];
  const codes = uint8(packet, "tiles", channels.length * cells);
  const lo = float32(packet, "lo", channels.length);
  const hi = float32(packet, "hi", channels.length);
  return new Map(
    channels.map((channel, i) => [
      channel,
      // A copy, so that the cache can let one tile go without keeping the whole reply.
      { size, codes: codes.slice(i * cells, (i + 1) * cells), lo: lo[i] ?? 0, hi: hi[i] ?? 0 },
    ]),
  );
}

/** An `exact` packet: the one channel it holds. */
export function readExact(packet: Packet): { channel: number; tile: ExactTile } {
  expect(packet, "exact");
  const size = pair(packet.facts.size, "size");
  const [channel = 0] = numbers(packet.facts.channels, "channels");
  return { channel, tile: { size, values: float32(packet, "values", size[0] * size[1]) } };
}

function expect(packet: Packet, kind: string): Packet {
  if (packet.kind !== kind) throw new Error(`Expected a ${kind} packet, got ${packet.kind}.`);
  return packet;
}

function uint8(packet: Packet, name: string, count: number): Uint8Array {
  const data = packet.arrays.get(name)?.data;
  if (data instanceof Uint8Array && data.length === count) return data;
  throw new Error(`The packet has no uint8 array ${name} of ${count} numbers.`);
}

function float32(packet: Packet, name: string, count?: number): Float32Array {
  const data = packet.arrays.get(name)?.data;
  if (data instanceof Float32Array && (count === undefined || data.length === count)) return data;
  throw new Error(
    `The packet has no float32 array ${name}${count === undefined ? "" : ` of ${count} numbers`}.`,
  );
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  throw new Error(`The packet's ${what} is not an object.`);
}

function whole(value: unknown, what: string): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
  throw new Error(`The packet's ${what} is not a whole number.`);
}

function numbers(value: unknown, what: string): number[] {
  if (Array.isArray(value) && value.every((item) => typeof item === "number")) return value;
  throw new Error(`The packet's ${what} is not a list of numbers.`);
}

function pair(value: unknown, what: string): [number, number] {
  const [height, width, more] = numbers(value, what);
  if (height && width && more === undefined) return [height, width];
  throw new Error(`The packet's ${what} is not a height and a width.`);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function numberOr<T>(value: unknown, fallback: T): number | T {
  return typeof value === "number" && Number.isFinite(value) ? value : fallback;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
