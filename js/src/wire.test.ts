import { expect, test } from "vitest";
import { checksPacket, exactPacket, layerPacket, mapPacket, nativePacket } from "../demo/packets";
import { makeLayer } from "../demo/specimen";
import { readLayer, readMap } from "./wire";
import { readChecks } from "./wire/checks";
import { bytesOf, decode, join } from "./wire/packet";
import { readExact, readNative } from "./wire/tiles";

/** Three bytes of codes, one of padding, then 1.5 and −2 as little-endian float32. */
const BODY = Uint8Array.of(7, 8, 255, 0, 0x00, 0x00, 0xc0, 0x3f, 0x00, 0x00, 0x00, 0xc0);
const HEADER = {
  v: 1,
  kind: "hand",
  arrays: [
    { name: "codes", dtype: "uint8", shape: [3], offset: 0 },
    { name: "numbers", dtype: "float32", shape: [2, 1], offset: 4 },
  ],
};

const expected = { codes: [7, 8, 255], numbers: [1.5, -2] };

function read(body: unknown) {
  const { arrays } = decode(HEADER, body);
  return Object.fromEntries([...arrays].map(([name, { data }]) => [name, [...data]]));
}

test("a buffer made by hand", () => {
  expect(read(BODY)).toEqual(expected);
  expect(decode(HEADER, BODY).arrays.get("numbers")?.shape).toEqual([2, 1]);
});

test.each([
  ["ArrayBuffer", BODY.slice().buffer],
  ["DataView", new DataView(BODY.slice().buffer)],
])("from a %s", (_, body) => {
  expect(read(body)).toEqual(expected);
});

test.each([1, 2, 3, 4])("from the middle of a larger buffer, %d bytes in", (lead) => {
  const larger = new Uint8Array(lead + BODY.length + 5).fill(99);
  larger.set(BODY, lead);
  expect(read(new DataView(larger.buffer, lead, BODY.length))).toEqual(expected);
});

test.each([
  ["another version", { ...HEADER, v: 2 }, BODY, /version 2/],
  ["no header", null, BODY, /not an object/],
  ["no arrays", { v: 1 }, BODY, /no arrays/],
  ["a short buffer", HEADER, BODY.subarray(0, 8), /beyond/],
  ["another dtype", { v: 1, arrays: [{ name: "a", dtype: "int64", shape: [1], offset: 0 }] }, BODY, /int64/],
  [
    "a negative size",
    { v: 1, arrays: [{ name: "a", dtype: "uint8", shape: [-1], offset: 0 }] },
    BODY,
    /shape/,
  ],
  [
    "an offset that is no number",
    { v: 1, arrays: [{ name: "a", dtype: "uint8", shape: [1], offset: "0" }] },
    BODY,
    /offset/,
  ],
])("%s is refused in a sentence", (_, header, body, sentence) => {
  expect(() => decode(header, body)).toThrow(sentence);
});

test("what is no buffer is an empty one", () => {
  expect(bytesOf("text")).toHaveLength(0);
  expect(bytesOf(undefined)).toHaveLength(0);
});

test("parts are joined in order", () => {
  expect([...join([Uint8Array.of(1, 2), Uint8Array.of(3)])]).toEqual([1, 2, 3]);
  expect(join([])).toHaveLength(0);
});

const layer = makeLayer("a.b", "Conv2d", "convolution", 12, 10);

test("a layer packet", () => {
  const { header, body } = layerPacket(layer, 4);
  const pictures = readLayer(header, body);
  expect(pictures).toMatchObject({ epoch: 4, layer: "a.b", channels: 12, size: [10, 10], tile: [10, 10] });
  expect(pictures.stats.max).toHaveLength(12);
  expect(pictures.tiles[7 * 100]).toBe(255);
});

test("a layer packet whose numbers do not fit its channels is refused", () => {
  const { header, body } = layerPacket(layer);
  expect(() => readLayer({ ...header, channels: 13 }, body)).toThrow(/tiles/);
});

test("a native packet gives each channel its tile", () => {
  const { header, body } = nativePacket(layer, [9, 2]);
  const tiles = readNative(decode(header, body));
  const alone = nativePacket(layer, [2]);
  expect([...tiles.keys()]).toEqual([9, 2]);
  expect(tiles.get(2)).toEqual(readNative(decode(alone.header, alone.body)).get(2));
});

test("an exact packet holds the very numbers", () => {
  const { header, body } = exactPacket(layer, 3 + 1);
  const { channel, tile } = readExact(decode(header, body));
  expect(channel).toBe(4);
  expect([...tile.values]).toEqual([...layer.values.subarray(400, 500)]);
});

test("a map packet, with and without a target", () => {
  const facts = { epoch: 0, layer: "a.b", target: null, method: "gradcam", sentence: "made so", doubt: "" };
  const { header, body } = mapPacket(facts, [1, 2], Float32Array.of(1, -1), Float32Array.of(0.5));
  expect(readMap(header, body)).toMatchObject({ target: null, size: [1, 2], sentence: "made so" });
  expect(readMap({ ...header, target: 7 }, body).target).toBe(7);
});

test("a map of an earlier version is one of a layer, whole, from zero to its maximum", () => {
  const old = { epoch: 0, layer: "a.b", target: 3, method: "gradcam", sentence: "", doubt: "" };
  const { header, body } = mapPacket(old, [1, 3], Float32Array.of(-2, Number.NaN, 4), new Float32Array(0));
  const map = readMap(header, body);
  expect(map).toMatchObject({ at: "layer", done: 1, signed: false, ends: [0, 4], smooth: true });
  expect(map).toMatchObject({ versus: null, unit: "", style: "paper" });
  expect(map.values[1]).toBeNaN();
});

test("a map says which question it answers, and how it is drawn", () => {
  const facts = { versus: 5, unit: "a.b[3]", style: "captum", at: "pixels" } as const;
  const drawn = { done: 0.4, signed: true, ends: [-2, 2], smooth: false };
  const old = { epoch: 0, layer: "a.b", target: 3, method: "gradient", sentence: "", doubt: "" };
  const { header, body } = mapPacket(
    { ...old, ...facts, ...drawn },
    [1, 1],
    Float32Array.of(1),
    new Float32Array(0),
  );
  expect(readMap(header, body)).toMatchObject({ ...facts, ...drawn });
  expect(readMap({ ...header, ends: [0, null], at: "moon", done: "all" }, body)).toMatchObject({
    ends: [0, 1],
    at: "layer",
    done: 1,
  });
});

test("a checks packet: rows with their pictures, curves, verdicts", () => {
  const rows = [
    { label: "the map", kind: "map", similarity: null, ends: [0, 1] },
    { label: "all layers", kind: "randomised", similarity: 0.93, ends: [0, 3] },
  ] as const;
  const values = [Float32Array.of(0, 1), Float32Array.of(2, 3)];
  const curves = { fractions: [0, 1], deletion: [0.5, 0.25], insertion: [0, 0.5] };
  const facts = { epoch: 1, question: "made so", done: 0.5, signed: false, deletion: 0.375, insertion: null };
  const { header, body } = checksPacket({ ...facts, verdicts: ["Fine.", 3] }, rows, [1, 2], values, curves);
  const checks = readChecks(header, body);
  expect(checks).toMatchObject({ epoch: 1, question: "made so", done: 0.5, verdicts: ["Fine."] });
  expect(checks.rows.map(({ similarity }) => similarity)).toEqual(
    [null, 0.93].map((n) => n && expect.closeTo(n)),
  );
  expect([...(checks.rows[1]?.picture.values ?? [])]).toEqual([2, 3]);
  expect(checks.rows[1]?.picture).toMatchObject({ ends: [0, 3], signed: false, size: [1, 2] });
  expect([...checks.curves.deletion]).toEqual([0.5, 0.25]);
  expect(checks.curves.areas).toEqual({ deletion: 0.375, insertion: null });
});

test("a checks packet that has only begun", () => {
  const facts = { epoch: 1, question: "made so", done: 0, verdicts: [] };
  const none = { fractions: [], deletion: [], insertion: [] };
  const { header, body } = checksPacket(facts, [], [0, 0], [], none);
  expect(readChecks(header, body)).toMatchObject({ done: 0, rows: [], verdicts: [] });
  expect(readChecks(header, body).curves.fractions).toHaveLength(0);
  expect(() => readChecks({ ...header, rows: [{}] }, body)).toThrow(/height and a width/);
});

test("a packet of another kind is refused", () => {
  const { header, body } = nativePacket(layer, [1]);
  expect(() => readLayer(header, body)).toThrow("Expected a layer packet, got native.");
});
