/**
 * The entry of `rooms.js`: the parts of the panel that are fetched when they are first opened.
 *
 * A view shows one by `<Room>{({ Findings }) => <Findings />}</Room>`; the tabs of the right column are in
 * `VIEWS`, by the values of the trait `view`, and in `views/views.tsx`. Their styles are in `rooms.css`.
 * A room asks the kernel by `useAnswer`; the packet that answers is read by the reader of the same name in
 * `wire/answer.ts`.
 */

import { Kernels } from "./views/kernels";
import { Network } from "./views/network";
import { Statistics } from "./views/statistics";

export { fits } from "./draw/explained";
export { default as STYLE } from "./rooms.css";
export { Findings } from "./views/findings";
export { Help } from "./views/help";
export { Pixels, PixelsFoot } from "./views/pixels";
export { saveEnlarged, saveSheet } from "./views/save";
export { Sum } from "./views/sum";
export { readAnswer } from "./wire/answer";
export { readChecks } from "./wire/checks";

/** What the tabs of the right column show. */
export const VIEWS = { kernels: Kernels, statistics: Statistics, network: Network };
