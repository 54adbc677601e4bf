import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createPresence, GRACE } from "./presence";

let told: number[];
let controller: AbortController;
let view: () => () => void;

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  controller = new AbortController();
  view = createPresence((views) => told.push(views), controller.signal);
});
afterEach(() => {
  controller.abort();
  vi.useRealTimers();
});

test("the first view is told, and that the last one is gone, after a while", () => {
  const [first, second] = [view(), view()];
  first();
  vi.advanceTimersByTime(2 * GRACE);
  second();
  vi.advanceTimersByTime(GRACE - 1);
  expect(told).toEqual([1]);
  vi.advanceTimersByTime(1);
  expect(told).toEqual([1, 0]);
});

test("a cell that moves takes its view away and makes another, which is no news", () => {
  view()();
  vi.advanceTimersByTime(GRACE - 1);
  view();
  vi.advanceTimersByTime(2 * GRACE);
  expect(told).toEqual([1]);
});

test("a view that goes twice is gone once", () => {
  const first = view();
  view();
  first();
  first();
  vi.advanceTimersByTime(GRACE);
  expect(told).toEqual([1]);
});

test("a page that is left has no view any more, and has them again where it comes back as it was", () => {
  view();
  view();
  window.dispatchEvent(new Event("pagehide"));
  expect(told).toEqual([1, 0]);
  window.dispatchEvent(new Event("pageshow"));
  expect(told).toEqual([1, 0, 2]);
});

test("a page that never had a view says nothing when it is left", () => {
  window.dispatchEvent(new Event("pagehide"));
  window.dispatchEvent(new Event("pageshow"));
  expect(told).toEqual([]);
});

test("once the model is closed, nothing is told", () => {
  const gone = view();
  const late = view();
  gone();
  controller.abort();
  late();
  window.dispatchEvent(new Event("pagehide"));
  vi.advanceTimersByTime(GRACE);
  expect([told, vi.getTimerCount()]).toEqual([[1], 0]);
});
