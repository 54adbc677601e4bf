import { expect, test } from "vitest";
import { snippet } from "./snippet";

const shown = {
  ...{ layer: "features.0", shape: "64 × 56 × 56", channel: 37 },
  ...{ view: "channels" as const, cell: null, side: "this" as const, other: null, wants: null },
};

test("three lines that give the same numbers in Python", () => {
  expect(snippet({ ...shown, map: null }).split("\n")).toEqual([
    "probe = nnscope.Probe(model, image)",
    'channel = probe.activations("features.0")[37]  # of 64 × 56 × 56',
    'strongest = probe.strongest("features.0", k=5)',
  ]);
});

const map = {
  layer: "features.0",
  target: 281,
  versus: null,
  unit: "",
  method: "gradcam",
  style: "paper",
  at: "layer",
} as const;

test.each([
  ["a class", {}, 'probe.cam(layer="features.0", target=281, method="gradcam")'],
  ["what Python chose", { target: null }, 'probe.cam(layer="features.0", method="gradcam")'],
  [
    "two classes, as a library does it",
    { versus: 282, style: "captum" },
    'probe.cam(layer="features.0", target=281, versus=282, method="gradcam", style="captum")',
  ],
  ["pixels", { at: "pixels", method: "gradient" }, 'probe.attribute(target=281, method="gradient")'],
  [
    "a channel",
    { unit: 'features."3[14]' },
    'probe.cam(layer="features.0", target=nnscope.Unit("features.\\"3", 14), method="gradcam")',
  ],
  [
    "a cell, whatever class is left away",
    { unit: "features.3[14,3,5]", at: "pixels", method: "guided_backprop", versus: 3 },
    'probe.attribute(target=nnscope.Unit("features.3", 14, (3, 5)), method="guided_backprop")',
  ],
] as const)("the map of %s", (_, facts, code) => {
  expect(snippet({ ...shown, map: { ...map, ...facts } }).split("\n")[2]).toBe(`heatmap = ${code}`);
});

test("a name with a quote stays one string", () => {
  expect(snippet({ ...shown, layer: 'a"b', map: null })).toContain('"a\\"b"');
});

test.each([
  ["the kernels", { view: "kernels" }, 'kernels = probe.weights("features.0")'],
  ["the histograms", { view: "statistics" }, 'histograms = probe.histograms("features.0")'],
  ["the network", { view: "network" }, "layers = probe.layers"],
  [
    "what the channel wants",
    { wants: { steps: 64, size: 0, seed: 7 } },
    'wants = probe.maximize("features.0", 37, steps=64, seed=7)',
  ],
  [
    "what it wants, larger",
    { wants: { steps: 128, size: 256, seed: 0 } },
    'wants = probe.maximize("features.0", 37, steps=128, size=256, seed=0)',
  ],
  ["the sum of a cell", { cell: [3, 5] }, 'total = probe.arithmetic("features.0", 37, 3, 5)'],
] as const)("the last line gives %s where that is shown", (_, view, line) => {
  expect(snippet({ ...shown, map, ...view }).split("\n")[2]).toBe(line);
});

test.each([
  ["image", ["nnscope.Probe(model, image)", "nnscope.Probe(model, other_image)"]],
  ["model", ["nnscope.Probe(model, image)", "nnscope.Probe(other_model, image)"]],
  ["before", ["scope.probe  # as it was changed in the panel", "nnscope.Probe(model, image)"]],
] as const)("what differs from another %s", (other, [one, another]) => {
  expect(snippet({ ...shown, map, view: "differences", other }).split("\n")).toEqual([
    `probe = ${one}`,
    `other = ${another}`,
    'changes = probe.compare(other, "features.0")',
  ]);
});

test("the channel of the other, and the difference", () => {
  const last = (side: "other" | "difference") =>
    snippet({ ...shown, map, side, other: "image" }).split("\n")[2];
  expect(last("other")).toBe('channel = other.activations("features.0")[37]  # of 64 × 56 × 56');
  expect(last("difference")).toBe(
    'difference = probe.activations("features.0")[37] - other.activations("features.0")[37]  # of 64 × 56 × 56',
  );
});

test("with an other, this is still copied as before", () => {
  expect(snippet({ ...shown, map: null, other: "image" })).toContain("probe.strongest");
});
