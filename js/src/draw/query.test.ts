import { expect, test } from "vitest";
import type { LayerInfo } from "../records";
import { askedBy, carried, placeOf, queryOf } from "./query";

const row = (name: string, side: number, asked = ""): LayerInfo => ({
  name,
  kind: "softmax",
  family: asked ? "attention" : "other",
  shape: [3, side, side],
  parameters: 0,
  asked,
});
const layers = [row("a.softmax", 14, "class token"), row("a", 14), row("b.softmax", 14, "class token")];

test("a patch stands behind the name of the layer", () => {
  expect(queryOf("a.softmax@3,5")).toEqual([3, 5]);
  expect(queryOf("a.softmax")).toBeNull();
  expect(askedBy("a.softmax", [0, 12])).toBe("a.softmax@0,12");
  expect(askedBy("a.softmax@3,5", [4, 5])).toBe("a.softmax@4,5");
  expect(askedBy("a.softmax@3,5", null)).toBe("a.softmax");
});

test("whoever asks, the layer has its place", () => {
  expect(placeOf(layers, "b.softmax@3,5")).toBe(2);
  expect(placeOf(layers, "a")).toBe(1);
  expect(placeOf(layers, "c@1,1")).toBe(-1);
});

test("the patch goes along to other attention maps of its grid, and nowhere else", () => {
  const coarse = row("c.softmax", 7, "class token");
  expect(carried(layers[2] as LayerInfo, layers, "a.softmax@3,5")).toBe("b.softmax@3,5");
  expect(carried(layers[1] as LayerInfo, layers, "a.softmax@3,5")).toBe("a");
  expect(carried(coarse, layers, "a.softmax@3,5")).toBe("c.softmax");
});
