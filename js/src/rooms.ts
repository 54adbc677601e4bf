/**
 * The entry of `rooms.js`: the parts of the panel that are fetched when they are first opened.
 *
 * A view shows one by `<Room>{({ Findings }) => <Findings />}</Room>`; the tabs of the right column are in
 * `VIEWS`, by the values of the trait `view`, and in `views/views.tsx`. Their styles are in `rooms.css`.
 * A room asks the kernel by `useAnswer`; the packet that answers is read by the reader of the same name here.
 */

import { Kernels } from "./views/kernels";
import { Network } from "./views/network";
import { Statistics } from "./views/statistics";
import { readKernels } from "./wire/kernels";
import { readNetwork } from "./wire/network";
import { readStages } from "./wire/stages";
import { readStatistics } from "./wire/statistics";
import { readSum } from "./wire/sum";

export { default as STYLE } from "./rooms.css";
export { Findings } from "./views/findings";
export { Help } from "./views/help";
export { Pixels, PixelsFoot } from "./views/pixels";
export { saveEnlarged, saveSheet } from "./views/save";
export { Sum } from "./views/sum";
export { readChecks } from "./wire/checks";

/** What the tabs of the right column show. */
export const VIEWS = { kernels: Kernels, statistics: Statistics, network: Network };

/** How the packets are read that answer the rooms' questions. */
export const READERS = {
  kernels: readKernels,
  statistics: readStatistics,
  stages: readStages,
  sum: readSum,
  network: readNetwork,
};
