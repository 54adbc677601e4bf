/**
 * The entry of `rooms.js`: the parts of the panel that are fetched when they are first opened.
 *
 * A view shows one by `<Room>{({ Findings }) => <Findings />}</Room>`; the tabs of the right column are in
 * `VIEWS`, by the values of the trait `view`, and in `views/views.tsx`. Their styles are in `rooms.css`.
 * A room asks the kernel by `useAnswer`; the packet that answers is read by the reader of the same name here.
 */

import { Network } from "./views/network";
import { readNetwork } from "./wire/network";

export { default as STYLE } from "./rooms.css";
export { Findings } from "./views/findings";
export { Help } from "./views/help";
export { Pixels, PixelsFoot } from "./views/pixels";
export { saveEnlarged, saveSheet } from "./views/save";

/** What the tabs of the right column show. */
export const VIEWS = { network: Network };

/** How the packets are read that answer the rooms' questions. */
export const READERS = { network: readNetwork };
