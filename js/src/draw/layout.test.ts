import { expect, test } from "vitest";
import { GAP, hit, layoutOf, placeOf, rowsInSight, scrollTo, step } from "./layout";

const grid = layoutOf(144, 670, 64);

test("whole tiles fill the width", () => {
  expect(grid.columns).toBe(10);
  expect(grid.columns * grid.width + 9 * GAP).toBeCloseTo(670);
  expect(grid.rows).toBe(15);
  expect(grid.total).toBe(15 * (grid.height + GAP) - GAP);
});

test("few tiles do not swell", () => {
  expect(layoutOf(3, 670, 64).columns).toBe(3);
  expect(layoutOf(3, 670, 64).width).toBeCloseTo(grid.width);
});

test("the size stays between its limits", () => {
  expect(layoutOf(99, 1000, 5).width).toBeGreaterThan(40);
  expect(layoutOf(99, 1000, 900).columns).toBe(6);
});

test("an empty grid and no width are no trouble", () => {
  expect(layoutOf(0, 670, 64)).toMatchObject({ rows: 0, total: 0 });
  expect(layoutOf(5, 0, 64).width).toBeGreaterThan(0);
});

test("a tile has the shape of its layer", () => {
  const flat = layoutOf(10, 670, 64, 0.5);
  expect(flat.height).toBe(Math.round(flat.width / 2));
});

test("only the rows in sight, and a margin", () => {
  const pitch = grid.height + GAP;
  expect(rowsInSight(grid, 0, 2 * pitch)).toEqual({ first: 0, last: 2 });
  expect(rowsInSight(grid, 3.5 * pitch, 2 * pitch, 1)).toEqual({ first: 2, last: 7 });
  expect(rowsInSight(grid, 99 * pitch, 2 * pitch, 1)).toEqual({ first: 15, last: 15 });
});

test("hits find the tile that is drawn there", () => {
  for (const index of [0, 9, 10, 73, 143]) {
    const { x, y } = placeOf(grid, index);
    const found = hit(grid, x + grid.width / 4, y + grid.height / 2);
    expect(found?.index).toBe(index);
    expect(found?.u).toBeCloseTo(0.25);
    expect(found?.v).toBeCloseTo(0.5);
  }
});

test("gaps, and the room after the last tile, hit nothing", () => {
  expect(hit(grid, grid.width + 1, 5)).toBeNull();
  const { x, y } = placeOf(grid, 144);
  expect(hit(grid, x + 5, y + 5)).toBeNull();
  expect(hit(grid, -1, 5)).toBeNull();
});

test("keys", () => {
  const at = (index: number, key: string, whole = false) => step(grid, index, key, whole, 3);
  expect(at(11, "ArrowLeft")).toBe(10);
  expect(at(0, "ArrowLeft")).toBe(0);
  expect(at(143, "ArrowRight")).toBe(143);
  expect(at(3, "ArrowUp")).toBe(3);
  expect(at(3, "ArrowDown")).toBe(13);
  expect(at(138, "ArrowDown")).toBe(138);
  expect(at(15, "Home")).toBe(10);
  expect(at(15, "End")).toBe(19);
  expect(at(15, "Home", true)).toBe(0);
  expect(at(15, "End", true)).toBe(143);
  expect(at(15, "PageDown")).toBe(45);
  expect(at(137, "PageDown")).toBe(137);
  expect(at(15, "PageUp")).toBe(5);
  expect(at(15, "x")).toBeNull();
});

test("scrolls no further than it must", () => {
  const pitch = grid.height + GAP;
  expect(scrollTo(grid, 0, 100, 400)).toBe(0);
  expect(scrollTo(grid, 20, 0, 400)).toBe(0);
  expect(scrollTo(grid, 100, 0, 400)).toBe(10 * pitch + grid.height - 400);
});
