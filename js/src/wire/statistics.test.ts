import { expect, test } from "vitest";
import { encode } from "../../demo/packets";
import { decode } from "./packet";
import { readStatistics } from "./statistics";

const ROW = {
  kind: "activations",
  sentence: "of features.1 on this image",
  count: 30,
  mean: 0.5,
  std: 0.25,
  min: 0,
  max: 2,
  zero: 0.4,
  dead: 1,
  channels: 8,
  saturated: 12,
  nonfinite: 0,
  ends: [0, 2],
};
const FACTS = { epoch: 1, layer: "features.1", channels: [3], missing: ["ReLU has no weights."] };

function read(rows: readonly object[], counts: readonly number[], facts: object = {}) {
  const packet = encode("statistics", { ...FACTS, rows, ...facts }, { counts: Float32Array.from(counts) });
  return readStatistics(decode(packet.header, packet.body));
}

test("a packet made by hand: each row with its own counts", () => {
  const gradients = { ...ROW, kind: "gradients", saturated: null };
  const found = read([ROW, gradients], [1, 2, 3, 4, 5, 6]);
  expect(found).toMatchObject({ layer: "features.1", channel: 3, missing: FACTS.missing });
  expect(found.rows[0]).toEqual({ ...ROW, counts: Float32Array.of(1, 2, 3) });
  expect(found.rows[1]).toEqual({ ...gradients, counts: Float32Array.of(4, 5, 6) });
});

test("a whole layer, and nothing to count", () => {
  const found = read([], [], { channels: [] });
  expect([found.channel, found.rows]).toEqual([null, []]);
});

test("numbers that are none are not taken for 0", () => {
  expect(read([{ ...ROW, mean: null }], [1, 2]).rows[0]?.mean).toBeNaN();
});

test.each([
  ["counts that fit no row", [ROW, ROW], [1, 2, 3], /do not fit/],
  ["a kind that is not known", [{ ...ROW, kind: "feelings" }], [1, 2], /histogram of feelings/],
  ["ends that are none", [{ ...ROW, ends: [0] }], [1, 2], /ends/],
])("%s: refused in a sentence", (_, rows, counts, sentence) => {
  expect(() => read(rows, counts)).toThrow(sentence);
});
