/** What a map is asked, and whether a map at hand answers it. */

import type { HeatMap } from "../records";

export interface Question {
  readonly layer: string;
  readonly target: number | null;
  readonly versus: number | null;
  readonly unit: string;
  readonly method: string;
  readonly style: string;
}

/** Maps over pixels are those of any layer; where a unit is explained, no class matters. */
export function answers(map: HeatMap, question: Question): boolean {
  const { layer, target, versus, unit, method, style } = question;
  if (map.method !== method || map.style !== style || map.unit !== unit) return false;
  if (map.at === "layer" && map.layer !== layer) return false;
  return unit !== "" || (map.target === target && map.versus === versus);
}
