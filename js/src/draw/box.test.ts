import { expect, test } from "vitest";
import { type Box, between, boxOf, type Grip, middleBox, movedBox, resized } from "./box";

const SIZE = [224, 96] as const;

function fits([left, top, right, bottom]: Box) {
  const inside = left >= 0 && top >= 0 && right <= SIZE[0] && bottom <= SIZE[1];
  return (
    inside && right - left >= 4 && bottom - top >= 4 && [left, top, right, bottom].every(Number.isInteger)
  );
}

test("any two points make a rectangle inside the image, whichever way it is drawn", () => {
  expect(between([10.4, 20.6], [60, 80], SIZE)).toEqual([10, 21, 60, 80]);
  expect(between([60, 80], [10.4, 20.6], SIZE)).toEqual([10, 21, 60, 80]);
  for (const x of [-50, 0, 3, 222, 224, 400])
    for (const y of [-9, 0, 50, 95, 96, 300])
      for (const z of [-5, 1, 120, 223, 999]) expect(fits(between([x, y], [z, z / 2], SIZE))).toBe(true);
});

test("moving keeps the sides, up to the edge", () => {
  expect(movedBox([10, 20, 60, 80], [5.2, -3], SIZE)).toEqual([15, 17, 65, 77]);
  expect(movedBox([10, 20, 60, 80], [-99, 99], SIZE)).toEqual([0, 36, 50, 96]);
});

test("resizing moves the sides that were seized and no other", () => {
  const box = [50, 30, 90, 70] as const;
  expect(resized(box, [1, 0], [7, 7], SIZE)).toEqual([50, 30, 97, 70]);
  expect(resized(box, [-1, -1], [-7, -9], SIZE)).toEqual([43, 21, 90, 70]);
  const grips = [-1, 0, 1].flatMap((x) => [-1, 0, 1].map((y) => [x, y] as Grip));
  for (const grip of grips)
    for (const by of [-500, -3, 0, 9, 500]) expect(fits(resized(box, grip, [by, -by], SIZE))).toBe(true);
});

test("the middle is half as wide and high", () => {
  expect(middleBox(SIZE)).toEqual([56, 24, 168, 72]);
});

test("what is no rectangle is none", () => {
  expect(boxOf([])).toBeNull();
  expect(boxOf([1, 2, 3, Number.NaN])).toBeNull();
  expect(boxOf([1, 2, 3, 4])).toEqual([1, 2, 3, 4]);
});
