/**
 * The entry of `wanting.js`: what shows what channels want, and reads the packets that say it. It is fetched when the
 * tab Wants of the enlarged view is first opened, or when the grid is to show it.
 *
 * Its styles are in `wanting.css`.
 */

export { default as STYLE } from "./wanting.css";
export { readWants } from "./wire/wants";
