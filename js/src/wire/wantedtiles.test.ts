import { expect, test } from "vitest";
import { encode } from "../../demo/packets";
import { decode } from "./packet";
import { readWantedTiles } from "./wantedtiles";

const FACTS = {
  epoch: 2,
  layer: "a",
  channels: [7, 3],
  size: [2, 1],
  of: 64,
  steps: [64, 0],
  notes: ["", "Nothing drives this channel."],
};
const ARRAYS = {
  tiles: Uint8Array.from([1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 0]),
  scores: Float32Array.from([4.25, Number.NaN]),
};

function read(facts: object = {}, arrays: object = {}) {
  const { header, body } = encode("wants_tiles", { ...FACTS, ...facts }, { ...ARRAYS, ...arrays });
  return readWantedTiles(decode(header, body));
}

test("each channel has its picture, its score and its note", () => {
  const tiles = read();
  expect([...tiles.keys()]).toEqual([7, 3]);
  const [whole, dead] = [...tiles.values()];
  expect(whole).toEqual({
    size: [2, 1],
    pixels: Uint8Array.from([1, 2, 3, 4, 5, 6]),
    steps: 64,
    of: 64,
    score: 4.25,
    note: "",
  });
  expect(dead).toMatchObject({ steps: 0, score: null, note: "Nothing drives this channel." });
  expect(dead?.pixels).toHaveLength(0);
});

test.each([
  ["pictures that are too few", {}, { tiles: new Uint8Array(6) }],
  ["scores that are too few", {}, { scores: new Float32Array(1) }],
  ["steps that are too few", { steps: [64] }, {}],
  ["steps below zero", { steps: [64, -1] }, {}],
  ["no size", { size: [0, 1] }, {}],
  ["channels that are no numbers", { channels: ["7", "3"] }, {}],
  ["no steps of a whole one", { of: null }, {}],
])("a packet with %s is refused", (_, facts, arrays) => {
  expect(() => read(facts, arrays)).toThrow(/^The packet/);
});

test("a packet of another kind is refused", () => {
  const { header, body } = encode("native", FACTS, ARRAYS);
  expect(() => readWantedTiles(decode(header, body))).toThrow("Expected a wants_tiles packet, got native.");
});
