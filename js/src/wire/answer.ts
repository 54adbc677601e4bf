/** The packets that answer the rooms' questions. */

import type { Answered, Inquiry } from "../findings";
import { readKernels } from "./kernels";
import { readNetwork } from "./network";
import type { Packet } from "./packet";
import { readStages } from "./stages";
import { readStatistics } from "./statistics";
import { readSum } from "./sum";

/** Each reader stands under the name of what it reads. */
const READERS = {
  kernels: readKernels,
  statistics: readStatistics,
  stages: readStages,
  sum: readSum,
  network: readNetwork,
};

/** Read the answer to a question; throws a sentence where it cannot be read, or is about another state of the network. */
export function readAnswer<W extends keyof Answered>(
  { what, epoch }: Inquiry<W>,
  packet: Packet,
): Answered[W] {
  const read = READERS[what] as unknown as (packet: Packet) => Answered[W];
  const answer = read(packet);
  if (packet.facts.epoch === epoch) return answer;
  throw new Error("The network has changed since this was asked: try again in a moment.");
}
