import { expect, test } from "vitest";
import { snippet } from "./snippet";

const shown = { layer: "features.0", shape: "64 × 56 × 56", channel: 37 };

test("three lines that give the same numbers in Python", () => {
  expect(snippet({ ...shown, map: null }).split("\n")).toEqual([
    "probe = nnscope.Probe(model, image)",
    'channel = probe.activations("features.0")[37]  # of 64 × 56 × 56',
    'strongest = probe.strongest("features.0", k=5)',
  ]);
});

test("the map that is shown, with its class and method", () => {
  expect(snippet({ ...shown, map: { target: 281, method: "gradcam" } })).toContain(
    'probe.cam(layer="features.0", target=281, method="gradcam")',
  );
});

test("a name with a quote stays one string", () => {
  expect(snippet({ ...shown, layer: 'a"b', map: null })).toContain('"a\\"b"');
});
