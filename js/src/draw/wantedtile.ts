/** How far the picture that a channel wants has come. */

import type { WantedTile } from "../ascent";
import { format } from "./number";

/** Whether nothing more will come of it: it is whole, or there is a reason why it was not begun. */
export function isSettled(tile: WantedTile | undefined): boolean {
  return tile !== undefined && (tile.steps >= tile.of || (tile.steps === 0 && tile.note !== ""));
}

/** `wanted picture, score 4.31`, or how far it has come. */
export function wordsOf(tile: WantedTile | undefined): string {
  return ["wanted picture", progressOf(tile), tile?.note.replace(/\.$/, "")].filter(Boolean).join(", ");
}

function progressOf(tile: WantedTile | undefined): string {
  if (!tile || tile.steps === 0) return tile?.note ? "" : "not made yet";
  if (tile.steps < tile.of) return `${tile.steps} of ${tile.of} steps`;
  return tile.score === null ? "" : `score ${format(tile.score, 3)}`;
}
