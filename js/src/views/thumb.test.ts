import { signal } from "@preact/signals";
import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { CodeTile } from "../records";
import { type Scope, ScopeContext } from "./context";
import { Thumb } from "./thumb";

const colormap = signal("grey");
const scope = { store: { traits: { colormap } } } as unknown as Scope;
const place = document.createElement("div");
const drawn: number[] = [];
beforeEach(() => {
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue({
    createImageData: (width: number, height: number) => ({ data: new Uint8ClampedArray(4 * width * height) }),
    putImageData: ({ data }: ImageData) => drawn.push(data[0] ?? -1),
  } as never);
});
afterEach(() => {
  render(null, place);
  vi.restoreAllMocks();
});

const show = (code: number) => {
  const tile: CodeTile = { size: [1, 1], codes: Uint8Array.of(code), lo: 0, hi: 1 };
  return act(() => render(h(ScopeContext.Provider, { value: scope }, h(Thumb, { tile })), place));
};

test("a picture is drawn anew for other codes, and in other colours", async () => {
  await show(255);
  await show(0);
  expect(drawn).toEqual([255, 0]);
  await act(() => {
    colormap.value = "viridis";
  });
  expect(drawn[2]).toBe(68); // the darkest of viridis
});
