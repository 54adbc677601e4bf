/** The packets that answer the rooms' questions. */

import type { Answered, Explained, Inquiry } from "../findings";
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

/** Whether an answer is of what was explained when it was asked for: the kernel may not have heard of it yet. */
export function fits({ of }: Inquiry, answer: Answered[keyof Answered]): boolean {
  const found = "explained" in answer ? answer.explained : null;
  return !of || !found || sameOf(found, of);
}

/** Where a unit is explained, no class matters; where the kernel names no class, it has one of its own. */
function sameOf(found: Pick<Explained, "target" | "unit">, { target, unit }: Explained): boolean {
  return found.unit === unit && (unit !== "" || found.target === null || found.target === target);
}
