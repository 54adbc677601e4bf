/** The pictures that channels want, as small as tiles. */

import type { WantedTile } from "../ascent";
import { list } from "./lists";
import { expect, float32, numbers, type Packet, pair, text, uint8, whole } from "./packet";

/** A `wants_tiles` packet, as pictures by channel. */
export function readWantedTiles(packet: Packet): Map<number, WantedTile> {
  expect(packet, "wants_tiles");
  const channels = numbers(packet.facts.channels, "channels");
  const size = pair(packet.facts.size, "size");
  const of = whole(packet.facts.of, "steps of a whole picture");
  const made = numbers(packet.facts.steps, "steps");
  const notes = list(packet.facts.notes);
  const bytes = size[0] * size[1] * 3;
  const tiles = uint8(packet, "tiles", channels.length * bytes);
  const scores = float32(packet, "scores", channels.length);
  return new Map(
    channels.map((channel, i) => {
      const steps = whole(made[i], `steps of channel ${channel}`);
      const score = scores[i] as number;
      // A copy, so that the cache can let one picture go without keeping the whole reply.
      const pixels = steps > 0 ? tiles.slice(i * bytes, (i + 1) * bytes) : new Uint8Array(0);
      const known = Number.isFinite(score) ? score : null;
      return [channel, { size, pixels, steps, of, score: known, note: text(notes[i]) }];
    }),
  );
}
