import { expect, test } from "vitest";
import { lightsOf } from "./glow";

const strength = (pixel: number | undefined) => (pixel ?? 0) >>> 24;

test("nothing shines where there is nothing, and the more the brighter", () => {
  const lights = lightsOf(0, 2);
  expect(strength(lights[0])).toBe(0);
  expect(strength(lights[255])).toBe(0);
  for (let code = 1; code <= 254; code++)
    expect(strength(lights[code])).toBeGreaterThanOrEqual(strength(lights[code - 1]));
  expect(strength(lights[254])).toBe(Math.round(255 * 0.85));
  // Half of the light at a quarter of the magnitude.
  expect(strength(lights[64]) / strength(lights[254])).toBeCloseTo(0.5, 1);
});

test("a gradient that is zero everywhere leaves the picture alone", () => {
  expect([...lightsOf(0, 0)].every((pixel) => strength(pixel) === 0)).toBe(true);
});
