/** What is said about pictures of what a channel wants. */

import type { Ascent, Wants, WantsPicture } from "../ascent";
import { format } from "./number";

type Kind = Pick<WantsPicture, "method" | "negative">;

/** The four pictures, in their order. */
export const KINDS: readonly Kind[] = [
  { method: "fourier", negative: false },
  { method: "pixels", negative: false },
  { method: "fourier", negative: true },
  { method: "pixels", negative: true },
];

const METHODS: Record<Ascent, string> = { fourier: "Fourier", pixels: "pixels" };

/** `Wants, Fourier`. */
export function nameOf({ method, negative }: Kind): string {
  return `${negative ? "Dislikes" : "Wants"}, ${METHODS[method]}`;
}

export function pictureOf({ pictures }: Wants, { method, negative }: Kind): WantsPicture | undefined {
  return pictures.find((picture) => picture.method === method && picture.negative === negative);
}

/** A score as it is read; `–` where there is none yet. */
export function scoreText(score: number | null): string {
  return score === null ? "–" : format(score, 3);
}

/** What grows now, and how far it is: `step 40 of 128, Fourier and pixels`. */
export function stepText(wants: Wants): string {
  const { steps } = wants;
  const unfinished = KINDS.filter((kind) => (pictureOf(wants, kind)?.step ?? 0) < steps);
  const negative = unfinished.every((kind) => kind.negative);
  // The positive ones come first, step by step in turn.
  const now = unfinished.filter((kind) => kind.negative === negative);
  if (now.length === 0) return `step ${steps} of ${steps}`;
  const step = Math.min(...now.map((kind) => pictureOf(wants, kind)?.step ?? 0));
  const methods = now.map(({ method }) => METHODS[method]).join(" and ");
  return `step ${step} of ${steps}, ${methods}${negative ? " of what it dislikes" : ""}`;
}

/** How strongly the channel answers to its picture, beside images that were not made for it; "" while nobody knows. */
export function scoreSentence(wants: Wants): string {
  const best = pictureOf(wants, { method: "fourier", negative: false });
  if (!best || best.score === null) return "";
  const { natural, here } = wants;
  const same = natural !== null && natural.score === here;
  return [
    `Mean activation ${format(best.score, 3)}${best.step < wants.steps ? " so far" : ""}`,
    natural &&
      `the best of the images seen so far, ${same ? "the one under the microscope" : natural.name}, has ${format(natural.score, 3)}`,
    here !== null && !same && `the image under the microscope ${natural ? "" : "has "}${format(here, 3)}`,
  ]
    .filter(Boolean)
    .join("; ")
    .concat(".");
}

/** A curve in words: `Objective from −0.1 to 4.2 in 40 steps`. */
export function curveText({ history, step }: Pick<WantsPicture, "history" | "step">): string {
  const known = history.filter((value) => Number.isFinite(value));
  if (known.length === 0) return "Objective: no step yet";
  const [from, to] = [format(known[0], 3), format(known.at(-1), 3)];
  return `Objective from ${from} to ${to} in ${step} ${step === 1 ? "step" : "steps"}`;
}
