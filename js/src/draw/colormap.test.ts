import { expect, test } from "vitest";
import { COLORMAPS, css, gradient, overPhoto, pixel, sample, tableOf } from "./colormap";

const ends: Record<string, [string, string]> = {
  grey: ["rgb(0 0 0)", "rgb(255 255 255)"],
  viridis: ["rgb(68 1 84)", "rgb(253 231 37)"],
  magma: ["rgb(0 0 4)", "rgb(252 253 191)"],
  cividis: ["rgb(0 34 78)", "rgb(254 232 56)"],
  "blue-red": ["rgb(33 102 172)", "rgb(178 24 43)"],
};

test.each(COLORMAPS)("%s has 256 opaque colours between its known ends", (name) => {
  const table = tableOf(name);
  expect(table).toHaveLength(256);
  expect([...table].every((colour) => colour >>> 24 === 255)).toBe(true);
  expect([css(table[0] ?? 0), css(table[255] ?? 0)]).toEqual(ends[name]);
});

test("grey is the number itself", () => {
  expect([...tableOf("grey")].map((colour) => colour & 255)).toEqual(
    Array.from({ length: 256 }, (_, i) => i),
  );
});

test("blue-red is palest in the middle, and as red on one side as blue on the other", () => {
  const light = [...tableOf("blue-red")].map(
    (colour) => (colour & 255) + ((colour >> 8) & 255) + ((colour >> 16) & 255),
  );
  expect(light.indexOf(Math.max(...light))).toBeGreaterThanOrEqual(126);
  expect(light.indexOf(Math.max(...light))).toBeLessThanOrEqual(129);
});

test("lightness of the one-sided maps only rises", () => {
  for (const name of ["grey", "viridis", "magma", "cividis"] as const) {
    const light = [...tableOf(name)].map(
      (c) => 0.2126 * (c & 255) + 0.7152 * ((c >> 8) & 255) + 0.0722 * ((c >> 16) & 255),
    );
    expect(light.every((value, i) => i === 0 || value >= (light[i - 1] ?? 0) - 0.6)).toBe(true);
  }
});

test("beyond the ends lies the end", () => {
  const table = tableOf("magma");
  expect(sample(table, -3)).toBe(table[0]);
  expect(sample(table, 7)).toBe(table[255]);
});

test("a gradient shows only the part that is used", () => {
  expect(gradient(tableOf("grey"), "to right", 0.5, 1, 1)).toBe(
    "linear-gradient(to right, rgb(128 128 128), rgb(255 255 255))",
  );
});

test("grey, unreadable over a photo, gives way", () => {
  expect(overPhoto("grey")).toBe("blue-red");
  expect(overPhoto("magma")).toBe("magma");
});

test("pixels are packed red first", () => {
  expect(pixel(1, 2, 3)).toBe(0xff030201);
});
