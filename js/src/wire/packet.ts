/** A packet as it travels: a small JSON header and one binary buffer. Mirrors `wire/packet.py`. */

const VERSION = 1;

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

/** The packet, if it is of this kind. */
export function expect(packet: Packet, kind: string): Packet {
  if (packet.kind !== kind) throw new Error(`Expected a ${kind} packet, got ${packet.kind}.`);
  return packet;
}

/** An array of exactly so many codes. */
export function uint8(packet: Packet, name: string, count: number): Uint8Array {
  const data = packet.arrays.get(name)?.data;
  if (data instanceof Uint8Array && data.length === count) return data;
  throw new Error(`The packet has no uint8 array ${name} of ${count} numbers.`);
}

/** An array of numbers, of so many where a count is given. */
export function float32(packet: Packet, name: string, count?: number): Float32Array {
  const data = packet.arrays.get(name)?.data;
  if (data instanceof Float32Array && (count === undefined || data.length === count)) return data;
  throw new Error(
    `The packet has no float32 array ${name}${count === undefined ? "" : ` of ${count} numbers`}.`,
  );
}

/** Facts that are an object. */
export function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  throw new Error(`The packet's ${what} is not an object.`);
}

/** A whole number from 0 on. */
export function whole(value: unknown, what: string): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
  throw new Error(`The packet's ${what} is not a whole number.`);
}

/** A list of numbers. */
export function numbers(value: unknown, what: string): number[] {
  if (Array.isArray(value) && value.every((item) => typeof item === "number")) return value;
  throw new Error(`The packet's ${what} is not a list of numbers.`);
}

/** A height and a width, neither of them 0. */
export function pair(value: unknown, what: string): [number, number] {
  const [height, width, more] = numbers(value, what);
  if (height && width && more === undefined) return [height, width];
  throw new Error(`The packet's ${what} is not a height and a width.`);
}

/** Text, or "" where there is none. */
export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A finite number, or what stands for its absence. */
export function numberOr<T>(value: unknown, fallback: T): number | T {
  return typeof value === "number" && Number.isFinite(value) ? value : fallback;
}
