/** What this and the other are called where they stand beside each other. */

import type { Other, Side, SpecimenInfo } from "../records";

/** Letters of a name where there is little room. */
const SHORT = 16;

type Names = readonly [string, string];

/** This and the other: after and before, the images, the models of one image, or where all are alike two letters. */
export function namesOf(specimens: readonly SpecimenInfo[], specimen: number, other: Other): Names {
  if (other.kind !== "specimen") return ["after", "before"];
  const { name, model } = specimens[specimen] ?? {};
  const found = [
    [name, other.name],
    [model, other.model],
  ].find(([one, another]) => one && another && one !== another);
  return (found as [string, string] | undefined) ?? ["A", "B"];
}

/** The same names, cut where they are long, and still two. */
export function shortened([one, another]: Names): Names {
  const head = (name: string) => (name.length > SHORT ? `${name.slice(0, SHORT - 1)}…` : name);
  const tail = (name: string) => (name.length > SHORT ? `…${name.slice(1 - SHORT)}` : name);
  const cuts = [head, tail].map((cut): Names => [cut(one), cut(another)]);
  return cuts.find(([first, second]) => first !== second) ?? ["A", "B"];
}

/** Whose values a side shows, in words; "" for this. */
export function sideWords(side: Side, [one, another]: Names): string {
  if (side === "this") return "";
  return side === "other" ? another : `${one} − ${another}`;
}

/** What each of some specimens is called: by its image, by its model where the images are alike, else by a letter too. */
export function labelsOf(specimens: readonly SpecimenInfo[]): readonly string[] {
  const called = [specimens.map(({ name }) => name), specimens.map(({ model }) => model)];
  const apart = called.find((labels) => labels.every(Boolean) && new Set(labels).size === labels.length);
  return apart ?? specimens.map(({ name }, i) => `${String.fromCharCode(65 + i)} ${name}`.trim());
}
