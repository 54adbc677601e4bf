import { expect, test } from "vitest";
import { type Camera, fitted, held, LARGEST, meets, revealing, under, windowOf, zoomed } from "./camera";

const view = { width: 400, height: 300 };
const drawing = { width: 200, height: 2000 };

test("all of the drawing is seen, in the middle, never enlarged", () => {
  const camera = fitted(drawing, view);
  expect(camera.scale * drawing.height).toBeLessThanOrEqual(view.height);
  expect(camera.x).toBeCloseTo((view.width - camera.scale * drawing.width) / 2);
  expect(fitted({ width: 20, height: 20 }, view).scale).toBe(1);
});

test("what is under the pointer stays there while it is zoomed, as far as that goes", () => {
  const camera: Camera = { scale: 0.5, x: 30, y: -70 };
  const before = under(camera, 120, 90);
  for (const by of [1.3, 0.4, 100]) {
    const after = under(zoomed(camera, by, 120, 90), 120, 90);
    expect(after[0]).toBeCloseTo(before[0]);
    expect(after[1]).toBeCloseTo(before[1]);
  }
  expect(zoomed(camera, 100, 0, 0).scale).toBe(LARGEST);
});

test("the drawing cannot be pushed out of sight", () => {
  for (const y of [-99999, 99999]) {
    const camera = held({ scale: 1, x: 0, y }, drawing, view);
    const seen = { x: -camera.x, y: -camera.y, ...view };
    expect(meets(seen, { x: 0, y: 0, ...drawing })).toBe(true);
    expect(camera.x).toBe(100);
  }
});

test("a box is brought into sight by as little as it takes", () => {
  const camera: Camera = { scale: 1, x: 100, y: 0 };
  expect(revealing(camera, { x: 0, y: 50, width: 200, height: 44 }, view)).toEqual(camera);
  const moved = revealing(camera, { x: 0, y: 1000, width: 200, height: 44 }, view);
  expect(under(moved, 0, 0)[1]).toBeLessThan(1000);
  expect(under(moved, 0, view.height)[1]).toBeGreaterThan(1044);
});

test("what is drawn covers what is seen, and changes seldom", () => {
  const windows = new Set<string>();
  for (let y = 0; y > -600; y--) {
    const camera: Camera = { scale: 0.5 + -y / 2000, x: 10, y };
    const drawn = windowOf(camera, view);
    const [left, top] = under(camera, 0, 0);
    expect(drawn.x).toBeLessThanOrEqual(left);
    expect(drawn.y).toBeLessThanOrEqual(top);
    expect(drawn.x + drawn.width).toBeGreaterThanOrEqual(left + view.width / camera.scale);
    expect(drawn.y + drawn.height).toBeGreaterThanOrEqual(top + view.height / camera.scale);
    windows.add(JSON.stringify(drawn));
  }
  expect(windows.size).toBeLessThan(8);
});
