/** The packet: a small JSON header and one binary buffer. Mirrors `wire/packet.py`. */

import type { CodeTile, ExactTile, HeatMap, LayerPictures } from "./records";

const VERSION = 1;
/** Code of the largest finite value, and of a cell that is not finite. */
const TOP = 254;
const NONFINITE = 255;

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
    stats: {
      min: perChannel("min"),
      max: perChannel("max"),
      mean: perChannel("mean"),
      std: perChannel("std"),
      l2: perChannel("l2"),
      active: perChannel("active"),
      nonfinite: perChannel("nonfinite"),
    },
  };
}

/** A `map` packet. */
export function readMap(header: unknown, body: unknown): HeatMap {
  const packet = expect(decode(header, body), "map");
  const size = pair(packet.arrays.get("tiles")?.shape.slice(1), "shape of tiles");
  return {
    epoch: whole(packet.facts.epoch, "epoch"),
    layer: String(packet.facts.layer),
    target: typeof packet.facts.target === "number" ? packet.facts.target : null,
    method: String(packet.facts.method),
    sentence: text(packet.facts.sentence),
    doubt: text(packet.facts.doubt),
    size,
    raw: valuesOf(packet, size[0] * size[1]),
    shares: packet.arrays.has("shares") ? float32(packet, "shares") : new Float32Array(0),
  };
}

/** The values of the one tile of a packet. */
function valuesOf(packet: Packet, cells: number): Float32Array {
  const [lo = 0] = float32(packet, "lo", 1);
  const [hi = 0] = float32(packet, "hi", 1);
  const codes = uint8(packet, "tiles", cells);
  const step = (hi - lo) / TOP;
  return Float32Array.from(codes, (code) => (code === NONFINITE ? Number.NaN : lo + step * code));
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
