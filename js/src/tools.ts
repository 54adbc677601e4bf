/**
 * The entry of `tools.js`: what acts on the image and the channels, and what compares two. It is fetched right
 * after the first picture.
 *
 * A view shows one by `<Slot>{({ Name }) => <Name />}</Slot>`, which is empty until they are there; a tab of the right
 * column by its name in `VIEWS`. Their styles are in `tools.css`; the packets they ask for are read in
 * `wire/compared.ts`.
 */

import { Differences } from "./views/differences";
import { Region } from "./views/region";

export { fits } from "./draw/explained";
export { default as STYLE } from "./tools.css";
export { readAnswer, readEffects } from "./wire/compared";

/** What the tabs of the right column show. */
export const VIEWS = { differences: Differences, region: Region };
