/** The packets that are finer than the coarse tiles. */

import type { CodeTile, ExactTile } from "../records";
import { expect, float32, numbers, type Packet, pair, uint8 } from "./packet";

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
