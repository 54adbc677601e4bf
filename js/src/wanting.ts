/**
 * The entry of `wanting.js`: what shows what channels want. It is fetched when the tab Wants of the enlarged view is
 * first opened, or when the grid is to show it.
 *
 * Its styles are in `wanting.css`; the packets are read in `wire/wants.ts` and `wire/wantedtiles.ts`.
 */

export { WantedLine } from "./views/wantedline";
export { Wants } from "./views/wants";
export { WantsSettings } from "./views/wantssettings";
export { default as STYLE } from "./wanting.css";
export { readWants } from "./wire/wants";
export { createWishes } from "./wishes";
