import { expect, test } from "vitest";
import type { NetworkNode } from "../findings";
import { entryOf, type Order, sorted, turned } from "./sorting";

const PLAIN: NetworkNode = {
  ...{ name: "", kind: "Conv2d", family: "convolution", shape: [64, 56, 56], parameters: 0, multiplyAdds: 0 },
  ...{
    memory: 0,
    receptiveField: null,
    stride: null,
    viewable: true,
    channel: null,
    thumb: null,
    inside: null,
  },
};
const nodes: NetworkNode[] = [
  { ...PLAIN, name: "layer10", parameters: 9408, receptiveField: [7, 7] },
  { ...PLAIN, name: "layer2", parameters: 36_864, receptiveField: ["all", "all"] },
  { ...PLAIN, name: "layer1", parameters: 0, receptiveField: null },
  { ...PLAIN, name: "fc", shape: [1000], parameters: 36_864, receptiveField: [11, 7] },
];
const by = (order: Order) => sorted(nodes, [0, 1, 2, 3], order).map((place) => nodes[place]?.name);

test("numbers in names are numbers, and what is equal stays in the order of the pass", () => {
  expect(by(null)).toEqual(["layer10", "layer2", "layer1", "fc"]);
  expect(by({ column: "name", down: false })).toEqual(["fc", "layer1", "layer2", "layer10"]);
  expect(by({ column: "parameters", down: true })).toEqual(["layer2", "fc", "layer10", "layer1"]);
  expect(by({ column: "output", down: false })).toEqual(["fc", "layer10", "layer2", "layer1"]);
});

test("all of the image is the largest field, and what is not known comes last either way", () => {
  expect(by({ column: "receptive field", down: true })).toEqual(["layer2", "fc", "layer10", "layer1"]);
  expect(by({ column: "receptive field", down: false })).toEqual(["layer10", "fc", "layer2", "layer1"]);
});

test("a head turns the order round, and then gives it up", () => {
  const largest = turned(null, "memory");
  expect(largest).toEqual({ column: "memory", down: true });
  expect(turned(largest, "memory")).toEqual({ column: "memory", down: false });
  expect(turned({ column: "memory", down: false }, "memory")).toBeNull();
  expect(turned(largest, "name")).toEqual({ column: "name", down: false });
});

test("cells are short, and say everything when asked", () => {
  const node = nodes[0] as NetworkNode;
  expect(entryOf(node, "parameters")).toEqual({ text: "9.41 k", full: "9,408" });
  expect(entryOf({ ...node, memory: 3_211_264 }, "memory")).toEqual({
    text: "3.21 MB",
    full: "3,211,264 bytes",
  });
  expect(entryOf(node, "output").text).toBe("64 × 56 × 56");
  expect(entryOf(node, "receptive field")).toEqual({ text: "7", full: "7 × 7 pixels" });
  expect(entryOf(nodes[3] as NetworkNode, "receptive field").text).toBe("11 × 7");
  expect(entryOf(nodes[1] as NetworkNode, "receptive field")).toEqual({
    text: "all",
    full: "the whole image",
  });
  expect(entryOf(nodes[2] as NetworkNode, "stride")).toEqual({ text: "–", full: "not known" });
});
