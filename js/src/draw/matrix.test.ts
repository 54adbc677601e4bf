import { expect, test } from "vitest";
import { GAP } from "./layout";
import {
  columnsInSight,
  hitKernel,
  LEFT,
  matrixOf,
  numberedEvery,
  pitchOf,
  scrollToColumn,
  topOf,
} from "./matrix";

test.each([
  [
    [1, 1],
    [24, 16],
  ],
  [
    [3, 3],
    [11, 11],
  ],
  [
    [5, 5],
    [6, 6],
  ],
  [
    [7, 7],
    [4, 4],
  ],
  [
    [1, 7],
    [24, 4],
  ],
  [
    [7, 1],
    [4, 12],
  ],
  [
    [15, 15],
    [3, 3],
  ],
] as const)("kernels of %s cells have cells of %s pixels", (size, cell) => {
  expect(matrixOf(64, 32, size).cell).toEqual(cell);
});

test("kernels grow where there is room for all columns, but not beyond measure", () => {
  expect(matrixOf(32, 3, [3, 3], 610).cell).toEqual([22, 22]);
  expect(matrixOf(32, 12, [3, 3], 610).cell).toEqual([13, 13]);
  expect(matrixOf(32, 16, [3, 3], 610).cell).toEqual([11, 11]);
  expect(matrixOf(96, 16, [1, 1], 610).cell).toEqual([24, 24]);
  expect(matrixOf(96, 3, [7, 7], 610).cell).toEqual([9, 9]);
  const { width } = matrixOf(32, 12, [3, 3], 610);
  expect(width).toBeLessThanOrEqual(610);
});

test("kernels of one cell stand side by side, larger ones apart", () => {
  expect(pitchOf(matrixOf(8, 8, [1, 1]))).toBe(16);
  expect(pitchOf(matrixOf(8, 8, [3, 3]))).toBe(36);
});

const matrix = matrixOf(512, 256, [3, 3]);

test("of 256 columns only those in sight are drawn", () => {
  expect(columnsInSight(matrix, 0, 700)).toEqual({ first: 0, last: 18 });
  expect(columnsInSight(matrix, 360, 700)).toEqual({ first: 10, last: 28 });
  expect(columnsInSight(matrix, 1e6, 700)).toEqual({ first: 256, last: 256 });
});

test("every cell of a kernel is found where it is drawn", () => {
  for (const [row, column, down, right] of [
    [0, 0, 0, 0],
    [7, 31, 2, 1],
    [511, 255, 1, 2],
  ] as const) {
    const x = LEFT + column * pitchOf(matrix) + (right + 0.5) * matrix.cell[1];
    const y = row * (matrix.layout.height + GAP) + topOf(matrix) + (down + 0.5) * matrix.cell[0];
    expect(hitKernel(matrix, x, y)).toEqual({ row, column, cell: [down, right] });
  }
});

test("over a label there is a row alone, beyond the last row nothing", () => {
  expect(hitKernel(matrix, 10, 5)).toEqual({ row: 0, column: null, cell: null });
  expect(hitKernel(matrix, 10, -1)).toBeNull();
  expect(hitKernel(matrix, 10, matrix.layout.total + GAP + 1)).toBeNull();
});

test("a column is brought into sight by the shortest way", () => {
  expect(scrollToColumn(matrix, 5, 0, 700)).toBe(0);
  expect(scrollToColumn(matrix, 2, 360, 700)).toBe(72);
  const right = scrollToColumn(matrix, 40, 0, 700);
  const { first, last } = columnsInSight(matrix, right, 700);
  expect([first <= 40, last]).toEqual([true, 41]);
});

test("numbers of columns never run into each other", () => {
  for (const [inputs, size] of [
    [4096, [1, 1]],
    [96, [3, 3]],
    [32, [1, 1]],
  ] as const) {
    const wide = matrixOf(4, inputs, size);
    expect(numberedEvery(wide) * pitchOf(wide)).toBeGreaterThan(6 * String(inputs - 1).length);
  }
});
