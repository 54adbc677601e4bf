/** Whether an answer is about what the panel explains. */

import type { Answered, Explained, Inquiry } from "../findings";

/** Whether an answer is of what was explained when it was asked for: the kernel may not have heard of it yet. */
export function fits({ of }: Inquiry, answer: Answered[keyof Answered]): boolean {
  const found = "explained" in answer ? answer.explained : null;
  return !of || !found || sameOf(found, of);
}

/** Where a unit is explained, no class matters; where the kernel names no class, it has one of its own. */
function sameOf(found: Pick<Explained, "target" | "unit">, { target, unit }: Explained): boolean {
  return found.unit === unit && (unit !== "" || found.target === null || found.target === target);
}
