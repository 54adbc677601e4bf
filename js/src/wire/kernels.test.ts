import { expect, test } from "vitest";
import { encode } from "../../demo/packets";
import { readKernels } from "./kernels";
import { decode } from "./packet";

const FACTS = {
  epoch: 4,
  layer: "features.0",
  channels: [2, 5],
  size: [1, 2],
  inputs: 3,
  outputs: 8,
  groups: 2,
  transposed: true,
  shared: [-2, 1],
  colour: true,
  note: "",
};
const ARRAYS = {
  weights: Float32Array.from({ length: 12 }, (_, i) => i / 4),
  bias: Float32Array.of(0.5, -0.5),
  first: Float32Array.of(0, 3),
};

function read(facts: object = {}, arrays: object = {}) {
  const { header, body } = encode("kernels", { ...FACTS, ...facts }, { ...ARRAYS, ...arrays });
  return readKernels(decode(header, body));
}

test("a packet made by hand", () => {
  expect(read()).toEqual({ ...FACTS, ...ARRAYS });
});

test("without a bias there is none, and only three inputs are colours", () => {
  expect(read({}, { bias: new Float32Array(0) }).bias).toHaveLength(0);
  const weights = new Float32Array(4);
  expect(read({ inputs: 1 }, { weights }).colour).toBe(false);
});

test.each([
  ["too few weights", {}, { weights: new Float32Array(11) }, /weights of 12 numbers/],
  ["no size", { size: [3] }, {}, /height and a width/],
  ["no ends", { shared: [null, 1] }, {}, /shared/],
  ["no outputs", { outputs: "8" }, {}, /outputs is not a whole number/],
])("%s: refused in a sentence", (_, facts, arrays, sentence) => {
  expect(() => read(facts, arrays)).toThrow(sentence);
});
