import { expect, test } from "vitest";
import { Cache } from "./cache";

test("lets go of what was used longest ago", () => {
  const cache = new Cache<number>(30);
  cache.set("a", 1, 10);
  cache.set("b", 2, 10);
  cache.set("c", 3, 10);
  cache.get("a");
  cache.set("d", 4, 10);
  expect(["a", "b", "c", "d"].map((key) => cache.has(key))).toEqual([true, false, true, true]);
  expect(cache.bytes).toBe(30);
});

test("the same key again takes no more room", () => {
  const cache = new Cache<number>(30);
  cache.set("a", 1, 10);
  cache.set("a", 2, 20);
  expect(cache.bytes).toBe(20);
  expect(cache.get("a")).toBe(2);
});
