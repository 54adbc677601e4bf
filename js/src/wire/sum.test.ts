import { expect, test } from "vitest";
import { encode } from "../../demo/packets";
import { decode } from "./packet";
import { readStages } from "./stages";
import { readSum } from "./sum";

const SUM = {
  epoch: 2,
  layer: "conv",
  channels: [7],
  cell: [0, 3],
  operation: "convolution",
  source: "",
  value: 4.5,
  total: 4.5,
  bias: 0.5,
  size: [1, 2],
  inputs: [0, 1],
  rows: [-1],
  columns: [2, 3],
  winner: null,
  formula: ["a line"],
  shape: ["another"],
};
const TERMS = {
  patch: Float32Array.of(1, 2, 3, 4),
  kernel: Float32Array.of(1, 0, 0, 0.75),
  partial: Float32Array.of(1, 3),
};

function sum(facts: object = {}, arrays: object = {}) {
  const { header, body } = encode("sum", { ...SUM, ...facts }, { ...TERMS, ...arrays });
  return readSum(decode(header, body));
}

test("a sum made by hand", () => {
  const { channels, ...facts } = SUM;
  expect(sum()).toEqual({ ...facts, channel: channels[0], ...TERMS });
});

test("what it reads may be unknown, which is not the input", () => {
  expect([sum().source, sum({ source: null }).source]).toEqual(["", null]);
});

test("a pooling multiplies nothing and has a winner", () => {
  const none = new Float32Array(0);
  const pooled = sum({ bias: null, winner: [1, 0, 1] }, { kernel: none, partial: none });
  expect([pooled.bias, pooled.winner, pooled.kernel.length]).toEqual([null, [1, 0, 1], 0]);
});

test.each([
  ["a kernel of another size", {}, { kernel: Float32Array.of(1) }, /kernel of 4 numbers/],
  ["a patch of another size", {}, { patch: Float32Array.of(1) }, /patch of 4 numbers/],
  ["no cell", { cell: [] }, {}, /cell is not a whole number/],
  ["a winner that is nowhere", { winner: [0, -1, 0] }, {}, /winner/],
])("%s: refused in a sentence", (_, facts, arrays, sentence) => {
  expect(() => sum(facts, arrays)).toThrow(sentence);
});

const STAGE = {
  layer: "conv",
  kind: "Conv2d",
  family: "convolution",
  size: [1, 2],
  cut: null,
  min: -1,
  max: 1,
};
const MAPS = {
  tiles: Uint8Array.of(0, 254, 127, 255),
  lo: Float32Array.of(-1, 0),
  hi: Float32Array.of(1, 1),
};

function stages(facts: object, arrays: object = {}) {
  const all = { epoch: 2, layer: "conv", channels: [7], ends: [-1, 1], ...facts };
  const { header, body } = encode("stages", all, { ...MAPS, ...arrays }, { tiles: [2, 1, 2] });
  return readStages(decode(header, body));
}

test("stages made by hand: each with its own map", () => {
  const relu = { ...STAGE, layer: "relu", kind: "ReLU", family: "activation", cut: 0.25 };
  const found = stages({ stages: [STAGE, relu] });
  expect(found).toMatchObject({ channel: 7, ends: [-1, 1] });
  expect(found.stages[0]).toEqual({
    ...STAGE,
    tile: { size: [1, 2], codes: Uint8Array.of(0, 254), lo: -1, hi: 1 },
  });
  expect(found.stages[1]).toMatchObject({ cut: 0.25, tile: { lo: 0, codes: Uint8Array.of(127, 255) } });
});

test("stages without their maps are refused, a family that is not known is another", () => {
  expect(() => stages({ stages: [STAGE] })).toThrow(/tiles of 2 numbers/);
  expect(stages({ stages: [STAGE, { ...STAGE, family: "magic" }] }).stages[1]?.family).toBe("other");
});
