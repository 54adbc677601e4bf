import { expect, test } from "vitest";
import { Pointers } from "./graphdrag";

test("a hand that trembles clicks; one that moves drags", () => {
  const pointers = new Pointers();
  pointers.put(1, [10, 10]);
  expect(pointers.move(1, [12, 11])).toBeNull();
  expect(pointers.dragged).toBe(false);
  expect(pointers.move(1, [30, 10])).toEqual({ by: [20, 0], zoom: 1, middle: [30, 10] });
  expect(pointers.dragged).toBe(true);
  pointers.lift(1);
  expect(pointers.move(1, [50, 50])).toBeNull();
  pointers.put(1, [0, 0]);
  expect(pointers.dragged).toBe(false);
});

test("two fingers zoom around their middle", () => {
  const pointers = new Pointers();
  pointers.put(1, [0, 0]);
  pointers.put(2, [100, 0]);
  expect(pointers.move(2, [200, 0])).toEqual({ by: [50, 0], zoom: 2, middle: [100, 0] });
});
