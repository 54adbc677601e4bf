/** Reading the packet that answers a question. */

import type { Answered } from "../findings";
import type { Packet } from "./packet";

/** Each reader stands under the name of what it reads. */
export type Readers = { readonly [W in keyof Answered]?: (packet: Packet) => Answered[W] };

/** The answer; throws a sentence where nobody can read it, or it is about another state than was asked about. */
export function ofState<W extends keyof Answered>(
  readers: Readers,
  what: W,
  epoch: number,
  packet: Packet,
): Answered[W] {
  const read = readers[what];
  if (!read) throw new Error(`Nothing here reads a ${what} packet.`);
  const answer = read(packet);
  if (packet.facts.epoch === epoch) return answer;
  throw new Error("What is shown has changed since this was asked: try again in a moment.");
}
