import { expect, test } from "vitest";
import { namesOf, shortened, sideWords } from "./names";

const specimen = (name: string, model: string) => ({ name, model, picture: new ArrayBuffer(0) });
const both = (one: [string, string], another: [string, string]) =>
  namesOf([specimen(...one)], 0, { ...specimen(...another), kind: "specimen" });

test("what was edited has an after and a before, whatever it is called", () => {
  expect(namesOf([], 0, { ...specimen("cat.png", "ResNet"), kind: "before" })).toEqual(["after", "before"]);
});

test("two images have their names, two models of one image theirs, and what is all alike has letters", () => {
  expect(both(["cat", "ResNet"], ["dog", "ResNet"])).toEqual(["cat", "dog"]);
  expect(both(["cat", "ResNet"], ["cat", "VGG"])).toEqual(["ResNet", "VGG"]);
  expect(both(["cat", "ResNet"], ["cat", "ResNet"])).toEqual(["A", "B"]);
  expect(namesOf([], 3, { name: "dog", kind: "specimen" })).toEqual(["A", "B"]);
});

test("long names are cut where they differ", () => {
  expect(shortened(["cat", "dog"])).toEqual(["cat", "dog"]);
  expect(shortened(["a-long-name-of-one", "b-long-name-of-one"])).toEqual([
    "a-long-name-of-…",
    "b-long-name-of-…",
  ]);
  expect(shortened(["a-long-name-of-one", "a-long-name-of-two"])).toEqual([
    "…ong-name-of-one",
    "…ong-name-of-two",
  ]);
  const alike = [`begins-alike-1-${"x".repeat(16)}`, `begins-alike-1-2${"x".repeat(16)}`] as const;
  expect(shortened(alike)).toEqual(["A", "B"]);
});

test("this needs no word, the other its name, a difference both", () => {
  const names = ["cat", "dog"] as const;
  expect((["this", "other", "difference"] as const).map((side) => sideWords(side, names))).toEqual([
    "",
    "dog",
    "cat − dog",
  ]);
});
