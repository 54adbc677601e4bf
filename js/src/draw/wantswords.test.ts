import { expect, test } from "vitest";
import type { Wants, WantsPicture } from "../ascent";
import { curveText, KINDS, nameOf, scoreSentence, stepText } from "./wantswords";

/** Pictures that have made these steps. */
function wants(at: readonly number[], more: Partial<Wants> = {}): Wants {
  const pictures = KINDS.map(
    (kind, i): WantsPicture => ({
      ...kind,
      ...{ step: at[i] ?? 0, score: at[i] ? 4.312 : null, note: "", sentence: "", type: "image/png" },
      ...{ file: new Uint8Array(0), history: new Float32Array(0) },
    }),
  );
  return {
    ...{ epoch: 0, layer: "a", channel: 1, size: [8, 8], steps: 128, seed: 0, done: 0, left: "" },
    ...{ natural: { name: "chelsea", score: 0.83 }, here: -0.02, pictures },
    ...more,
  };
}

test("the four have names", () => {
  expect(KINDS.map(nameOf)).toEqual([
    "Wants, Fourier",
    "Wants, pixels",
    "Dislikes, Fourier",
    "Dislikes, pixels",
  ]);
});

test.each([
  [[0, 0, 0, 0], "step 0 of 128, Fourier and pixels"],
  [[41, 40, 0, 0], "step 40 of 128, Fourier and pixels"],
  [[128, 120, 0, 0], "step 120 of 128, pixels"],
  [[128, 128, 5, 4], "step 4 of 128, Fourier and pixels of what it dislikes"],
  [[128, 128, 128, 128], "step 128 of 128"],
] as const)("steps %j are told as what grows now", (at, words) => {
  expect(stepText(wants(at))).toBe(words);
});

test("the score stands beside the best image and the present one, as far as they are known", () => {
  const whole = [128, 128, 0, 0];
  expect(scoreSentence(wants(whole))).toBe(
    "Mean activation 4.31; the best of the images seen so far, chelsea, has 0.83; the image under the microscope −0.02.",
  );
  expect(scoreSentence(wants(whole, { here: 0.83 }))).toBe(
    "Mean activation 4.31; the best of the images seen so far, the one under the microscope, has 0.83.",
  );
  expect(scoreSentence(wants(whole, { natural: null }))).toBe(
    "Mean activation 4.31; the image under the microscope has −0.02.",
  );
  expect(scoreSentence(wants(whole, { natural: null, here: null }))).toBe("Mean activation 4.31.");
  expect(scoreSentence(wants([4, 0, 0, 0], { here: null }))).toBe(
    "Mean activation 4.31 so far; the best of the images seen so far, chelsea, has 0.83.",
  );
  expect(scoreSentence(wants([0, 0, 0, 0]))).toBe("");
});

test("a curve in words begins with its first known step and ends with its last", () => {
  const history = Float32Array.of(-0.125, 2, Number.NaN);
  expect(curveText({ history, step: 2 })).toBe("Objective from −0.125 to 2 in 2 steps");
  expect(curveText({ history: Float32Array.of(Number.NaN), step: 0 })).toBe("Objective: no step yet");
});
