/** What the packets of the panel itself say; those of its rooms are read in `wire/`. Mirrors `wire/packet.py`. */

import type { HeatMap, LayerPictures, Side, Stats } from "./records";
import { decode, expect, float32, numberOr, type Packet, pair, text, uint8, whole } from "./wire/packet";

/** Code of the largest finite value, and of a cell that is not finite. */
const TOP = 254;
const NONFINITE = 255;

const STATS: readonly (keyof Stats)[] = ["min", "max", "mean", "std", "l2", "active", "nonfinite"];

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
    side: sideOf(packet.facts.side),
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

/** Recordings of earlier versions know but one side. */
function sideOf(side: unknown): Side {
  return side === "other" || side === "difference" ? side : "this";
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
    weights: packet.arrays.has("weights") ? float32(packet, "weights") : new Float32Array(0),
  };
}

/** The values of the tiles of a packet that holds `count` of them. */
export function valuesOf(packet: Packet, count: number, cells: number): Float32Array[] {
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
export function endsOf(ends: unknown, values: Float32Array): readonly [number, number] {
  const [lo, hi] = Array.isArray(ends) ? ends : [];
  if (Number.isFinite(lo) && Number.isFinite(hi)) return [lo, hi];
  // Not Math.max: a cell that is not a number takes no part.
  return [0, values.reduce((most, value) => (value > most ? value : most), 0)];
}

/** A packet of code: the text of a module. */
export function readCode(packet: Packet, kind: string): Uint8Array {
  const code = expect(packet, kind).arrays.get("code")?.data;
  if (code instanceof Uint8Array) return code;
  throw new Error("The packet has no uint8 array code.");
}
