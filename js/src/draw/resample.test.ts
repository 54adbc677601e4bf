import { expect, test } from "vitest";
import { averaged, bilinear } from "./resample";

const plane = (height: number, width: number, ...values: number[]) => ({
  height,
  width,
  values: Float32Array.from(values),
});

test("bilinear with cell centres at half numbers, as torch's align_corners=False", () => {
  expect([...bilinear(plane(1, 2, 0, 1), 1, 4).values]).toEqual([0, 0.25, 0.75, 1]);
  // torch.nn.functional.interpolate(tensor([[0., 1.], [2., 3.]]), size=(3, 3), mode="bilinear")
  expect([...bilinear(plane(2, 2, 0, 1, 2, 3), 3, 3).values]).toEqual([0, 0.5, 1, 1, 1.5, 2, 2, 2.5, 3]);
});

test("the same size changes nothing", () => {
  expect([...bilinear(plane(2, 2, 5, 6, 7, 8), 2, 2).values]).toEqual([5, 6, 7, 8]);
});

test("one cell fills everything", () => {
  expect([...bilinear(plane(1, 1, 3), 2, 2).values]).toEqual([3, 3, 3, 3]);
});

test("means over blocks that share the cells out", () => {
  const { height, width, values } = averaged(plane(2, 4, 1, 3, 10, 10, 5, 7, 20, 40), 2);
  expect([height, width, ...values]).toEqual([1, 2, 4, 20]);
  const [first, last] = averaged(plane(1, 3, 6, 2, 9), 2).values;
  expect([first, last]).toEqual([4, 9]);
  expect([...averaged(plane(1, 2, 1, 2), 2).values]).toEqual([1, 2]);
});
