import type { Unit } from "./unit";

/** A unit in words: `cell (3, 5) of channel 14`, without its layer. */
export function unitWords({ channel, cell }: Unit): string {
  return `${cell ? `cell (${cell.join(", ")}) of ` : ""}channel ${channel}`;
}
