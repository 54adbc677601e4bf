import { expect, test } from "vitest";
import { encode } from "../../demo/packets";
import { readWants } from "./wants";

const picture = {
  ...{ method: "fourier", negative: false, step: 2, score: 4.5, note: "", sentence: "s", type: "image/png" },
};
const facts = {
  ...{ epoch: 3, layer: "a.1", channel: 7, size: [8, 6], steps: 3, seed: 11, done: 0.5, left: "" },
  ...{
    natural: { name: "chelsea", score: 0.83 },
    here: -0.02,
    pictures: [picture, { ...picture, negative: true }],
  },
};
const arrays = {
  history: Float32Array.of(1, 2, Number.NaN, -1, -2, Number.NaN),
  picture_0: Uint8Array.of(1, 2, 3, 4, 5),
  picture_1: new Uint8Array(0),
};

function read(more: object = {}, others: object = {}) {
  const { header, body } = encode("wants", { ...facts, ...more }, { ...arrays, ...others });
  return readWants(header, body);
}

test("each picture has its file and its row of the history", () => {
  const { pictures, ...rest } = read();
  const { pictures: _, ...expected } = facts;
  expect(rest).toEqual(expected);
  expect(pictures[0]).toEqual({
    ...picture,
    file: arrays.picture_0,
    history: Float32Array.of(1, 2, Number.NaN),
  });
  expect(pictures[1]?.negative).toBe(true);
  expect(pictures[1]?.file).toHaveLength(0);
  expect(pictures[1]?.history[1]).toBe(-2);
});

test("what is not known yet is null", () => {
  const found = read({ natural: null, here: null, pictures: [{ ...picture, score: null }, picture] });
  expect([found.natural, found.here, found.pictures[0]?.score]).toEqual([null, null, null]);
});

test.each([
  ["of another kind", { kind: "map" }, {}, "Expected a wants packet, got map."],
  ["without a channel", { channel: null }, {}, "The packet's channel is not a whole number."],
  ["of half a step", { steps: 2.5 }, {}, "The packet's steps is not a whole number."],
  ["of no size", { size: [0, 6] }, {}, "The packet's size is not a height and a width."],
  ["by another method", { pictures: [{ ...picture, method: "magic" }, picture] }, {}, "a picture by magic"],
  [
    "of another type",
    { pictures: [{ ...picture, type: "image/svg+xml" }, picture] },
    {},
    "type image/svg+xml",
  ],
  ["of too many steps", { pictures: [{ ...picture, step: 4 }, picture] }, {}, "more steps than its history"],
  ["of a row that is none", { pictures: [picture, 7] }, {}, "The packet's picture is not an object."],
  ["of a short history", {}, { history: new Float32Array(5) }, "no float32 array history of 6 numbers"],
  ["of a picture of numbers", {}, { picture_0: new Float32Array(2) }, "no uint8 array picture_0"],
  ["without a file", {}, { picture_1: undefined }, "no uint8 array picture_1"],
  [
    "of an image without a score",
    { natural: { name: "b", score: null } },
    {},
    "The packet's natural has no score.",
  ],
])("a packet %s is refused", (_, more, others, sentence) => {
  const given = Object.entries({ ...arrays, ...others }).filter(([, data]) => data);
  const { header, body } = encode("wants", facts, Object.fromEntries(given) as typeof arrays);
  expect(() => readWants({ ...header, ...more }, body)).toThrow(sentence);
});
