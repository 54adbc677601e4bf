/** The packets that answer the rooms' questions. */

import type { Answered, Inquiry } from "../findings";
import { ofState, type Readers } from "./answered";
import { readKernels } from "./kernels";
import { readNetwork } from "./network";
import type { Packet } from "./packet";
import { readStages } from "./stages";
import { readStatistics } from "./statistics";
import { readSum } from "./sum";

/** Each reader stands under the name of what it reads. */
const READERS: Readers = {
  kernels: readKernels,
  statistics: readStatistics,
  stages: readStages,
  sum: readSum,
  network: readNetwork,
};

/** Read the answer to a question; throws a sentence where it cannot be read, or is about another state. */
export function readAnswer<W extends keyof Answered>(
  { what, epoch }: Inquiry<W>,
  packet: Packet,
): Answered[W] {
  return ofState(READERS, what, epoch, packet);
}
