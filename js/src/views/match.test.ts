import { expect, test } from "vitest";
import { filter, rank } from "./match";

const layers = [
  ["layer1.0.conv1", "Conv2d"],
  ["layer1", "Sequential"],
  ["layer1.0.relu:2", "ReLU"],
  ["stem.layer1", "Conv2d"],
];

test("exact before start, start before part, part before letters in order", () => {
  expect(["abc", "abcd", "xabc", "a-b-c", "cba"].map((text) => rank(text, "abc"))).toEqual([
    0,
    1,
    2,
    3,
    null,
  ]);
});

test("the very name comes first, however long the list", () => {
  expect(filter(layers, "layer1")).toEqual([1, 0, 2, 3]);
});

test("the kind counts, but not letters scattered over it", () => {
  expect(filter(layers, "relu")).toEqual([2]);
  expect(filter(layers, "conv2d")).toEqual([0, 3]);
  expect(filter(layers, "cn2")).toEqual([]);
});

test("nothing typed, nothing left out", () => {
  expect(filter(layers, "  ")).toEqual([0, 1, 2, 3]);
});
