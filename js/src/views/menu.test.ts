import { expect, test } from "vitest";
import { METHODS } from "../../demo/methods";
import { grouped } from "./menu";
import { optionsOf } from "./method";

test("neighbours of one group stand together, in their order", () => {
  const options = [{ group: "a", n: 1 }, { group: "a", n: 2 }, { n: 3 }, { group: "a", n: 4 }];
  expect(grouped(options).map(({ group, options }) => [group, options.map(({ n }) => n)])).toEqual([
    ["a", [1, 2]],
    ["", [3]],
    ["a", [4]],
  ]);
});

test("the menu is what the registry says, and long methods are told", () => {
  const options = optionsOf(METHODS, "gradcam");
  expect(options.map(({ value }) => value)).toEqual(METHODS.map(({ key }) => key));
  expect(options.find(({ value }) => value === "occlusion")).toEqual({
    value: "occlusion",
    text: "Occlusion (slow)",
    group: "Covering the image",
  });
});

test("a method that the registry does not know can still be seen to be chosen", () => {
  expect(optionsOf([], "gradcam")).toEqual([{ value: "gradcam", text: "gradcam" }]);
});
