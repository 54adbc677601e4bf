/** Whether a map at hand answers what is asked. */

import type { HeatMap, Question } from "../records";

/** Maps over pixels are those of any layer; where a unit is explained, no class matters. */
export function answers(map: HeatMap, question: Question): boolean {
  const { layer, target, versus, unit, method, style } = question;
  if (map.method !== method || map.style !== style || map.unit !== unit) return false;
  if (map.at === "layer" && map.layer !== layer) return false;
  return unit !== "" || (map.target === target && map.versus === versus);
}
