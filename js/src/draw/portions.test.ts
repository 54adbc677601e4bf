import { describe, expect, test } from "vitest";
import { layerPacket, mapPacket } from "../../demo/packets";
import { makeLayer } from "../../demo/specimen";
import type { HeatMap } from "../records";
import { readLayer, readMap } from "../wire";
import { NONFINITE } from "./colormap";
import { paintValues } from "./paint";
import { portionsOf, sumsOf } from "./portions";
import { CODE_TOP, fraction, lookup, valueOfCode } from "./scale";
import { coarseTile } from "./tiles";

const layer = makeLayer("conv", "Conv2d", "convolution", 12, 10);
const weights = Float32Array.from({ length: 12 }, (_, k) => (k === 4 ? 0 : Math.sin(5 * k + 1) / (1 + k)));
const cells = 100;
const packet = layerPacket(layer, 3);
const pictures = readLayer(packet.header, packet.body);
const map = mapOf(weights);

/** The map of the layer whose channels are multiplied by `weights`, and what each adds to it. */
function mapOf(by: Float32Array, more: Partial<HeatMap> = {}): HeatMap {
  const raw = Float32Array.from({ length: cells }, (_, i) =>
    by.reduce((sum, weight, k) => sum + weight * (layer.values[k * cells + i] || 0), 0),
  );
  const shares = Float32Array.from(by, (weight, k) =>
    layer.values.subarray(k * cells, (k + 1) * cells).reduce((sum, value) => sum + weight * (value || 0), 0),
  );
  const facts = { epoch: 3, layer: "conv", target: 0, method: "gradcam", sentence: "", doubt: "" };
  const { header, body } = mapPacket(facts, [10, 10], raw, shares, by);
  return { ...readMap(header, body), ...more };
}

test("the last colour is the largest part of all cells", () => {
  const parts = [...layer.values].map((value, i) => Math.abs((weights[Math.floor(i / cells)] ?? 0) * value));
  const most = parts.filter(Number.isFinite).reduce((a, b) => Math.max(a, b));
  expect(portionsOf(pictures, map)?.end).toBeCloseTo(most, 5);
});

describe("a value has the colour of its part", () => {
  const portions = portionsOf(pictures, map);
  const { end = 0 } = portions ?? {};
  // Each colour is its own place.
  const table = Uint32Array.from({ length: 256 }, (_, place) => place);
  const wanted = (part: number) =>
    Number.isFinite(part) ? table[Math.round(255 * ((part + end) / (2 * end)))] : NONFINITE;

  test.each([...weights.keys()])("channel %i, exact", (k) => {
    const values = layer.values.slice(k * cells, (k + 1) * cells);
    const pixels = new Uint32Array(cells);
    paintValues(values, table, portions?.rangeOf(k) ?? { lo: 0, hi: 0 }, pixels);
    // Half way between two colours either is right.
    const off = [...pixels].filter((pixel, i) => {
      const part = (values[i] ?? 0) * (weights[k] ?? 0);
      return ![part, part * (1 + 1e-6) + 1e-9, part * (1 - 1e-6) - 1e-9].map(wanted).includes(pixel);
    });
    expect(off).toEqual([]);
  });

  test.each([...weights.keys()])("channel %i, of codes", (k) => {
    const { lo, hi } = coarseTile(pictures, k);
    const lut = lookup(table, lo, hi, portions?.rangeOf(k) ?? { lo: 0, hi: 0 });
    for (let code = 0; code <= CODE_TOP; code++) {
      const part = valueOfCode(code, lo, hi) * (weights[k] ?? 0);
      const place = (part + end) / (2 * end);
      expect(Math.abs((lut[code] ?? 0) - 255 * place)).toBeLessThan(0.501);
    }
    expect(lut[255]).toBe(NONFINITE);
  });
});

test("a turned range counts from its larger end", () => {
  expect(fraction(2, { lo: 4, hi: -4 })).toBeCloseTo(0.25);
});

test("tiles sum to the map: weights and means on the one side, shares on the other", () => {
  const sums = sumsOf(pictures, map);
  const raw = [...layer.values].reduce(
    (sum, value, i) => sum + (weights[Math.floor(i / cells)] ?? 0) * (value || 0),
    0,
  );
  expect(sums.tiles).toBeCloseTo(raw, 3);
  expect(sums.map).toBeCloseTo(raw, 3);
  expect(sums.agree).toBe(true);
});

test("that they do not is seen", () => {
  const wrong = { ...map, weights: map.weights.map((weight, k) => (k === 0 ? weight + 0.5 : weight)) };
  expect(sumsOf(pictures, { ...wrong }).agree).toBe(false);
});

test.each([
  ["of another layer", { layer: "other" }],
  ["of another state", { epoch: 4 }],
  ["over pixels", { at: "pixels" as const }],
  ["whose channels have no one weight", { weights: new Float32Array(0) }],
])("a map %s has no parts", (_, more) => {
  expect(portionsOf(pictures, { ...map, ...more })).toBeNull();
});

test("weights that are zero, or no numbers, are drawn in the middle", () => {
  const nothing = portionsOf(pictures, mapOf(new Float32Array(12)));
  expect(fraction(5, nothing?.rangeOf(0) ?? { lo: 0, hi: 1 })).toBeCloseTo(0.5);
  const odd = portionsOf(pictures, {
    ...map,
    weights: map.weights.map((w, k) => (k === 1 ? Number.NaN : w)),
  });
  expect(odd?.end).toBeGreaterThan(0);
  expect(fraction(-3, odd?.rangeOf(1) ?? { lo: 0, hi: 1 })).toBeCloseTo(0.5);
});
