import { computed } from "@preact/signals";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { fakeScope } from "../demo/fakekernel";
import type { FakeModel } from "../demo/fakemodel";
import { madeUp } from "../demo/specimen";
import { createAnswers } from "./answers";
import { createDetail } from "./detail";
import { createLazy } from "./load";
import { createStore, type Store, watch } from "./state";
import { connect } from "./sync";

const specimen = madeUp();
const [first, second] = specimen.layers.map(({ info }) => info.name);

let model: FakeModel;
let store: Store;
let controller: AbortController;

beforeEach(() => {
  vi.useFakeTimers();
  controller = new AbortController();
  model = fakeScope(specimen);
  const sync = connect(model, controller.signal);
  const nothing = () => Promise.reject(new Error("There is no kernel."));
  const [lazy, tools] = [createLazy("rooms", nothing), createLazy("tools", nothing)];
  const wanting = createLazy("wanting", nothing);
  store = createStore(sync, {
    detail: createDetail(sync.request, () => sync.pictures.peek(), controller.signal),
    lazy,
    tools,
    wanting,
    answers: createAnswers(sync.request, lazy, tools),
    wishes: computed(() => null),
  });
});
afterEach(() => {
  controller.abort();
  vi.useRealTimers();
});

test("nothing is awaited while the pictures are those of the layer", () => {
  expect(store.awaited.value).toBe("");
  expect(store.shown.value?.name).toBe(first);
});

test("another layer is awaited until its pictures come", () => {
  model.onSave = () => {};
  store.set({ layer: second ?? "" });
  expect(store.awaited.value).toBe("layer");
  expect(store.pictures.value?.layer).toBe(first);
});

test("a map is awaited while it is wanted, and is of another class", () => {
  model.onSave = () => {};
  store.set({ cam: true });
  expect(store.awaited.value).toBe("map");
  model.onSave = fakeScope(specimen).onSave;
});

test("a map that came is awaited no more", () => {
  store.set({ cam: true });
  expect(store.awaited.value).toBe("");
  expect(store.map.value?.target).toBe(0);
});

test("a map of something of Python's own needs no class", () => {
  store.set({ cam: true });
  model.receive({ _map_header: { ...(model.get("_map_header") as object), target: null } });
  expect(store.target.value).toBeNull();
  expect(store.awaited.value).toBe("");
});

test.each([
  ["method", { method: "layercam" }],
  ["map_style", { map_style: "captum" }],
  ["class to take away", { versus: 3 }],
  ["unit", { unit: "blocks.0.conv2d[3]" }],
  ["class", { target: 2 }],
] as const)("a map of another %s is awaited", (_, change) => {
  store.set({ cam: true });
  expect(store.awaited.value).toBe("");
  model.onSave = () => {};
  store.set(change);
  expect(store.awaited.value).toBe("map");
});

/** The map at hand, said to be another. */
function remap(facts: object) {
  model.receive({ _map_header: { ...(model.get("_map_header") as object), ...facts } });
}

test("a map of another layer is awaited once its pictures are there", () => {
  store.set({ cam: true });
  model.onSave = () => {};
  model.receive({ layer: second, _header: { ...(model.get("_header") as object), layer: second } });
  expect(store.awaited.value).toBe("map");
});

test("a map over pixels does not wait for another layer", () => {
  store.set({ cam: true });
  remap({ at: "pixels" });
  model.onSave = () => {};
  model.receive({ layer: second, _header: { ...(model.get("_header") as object), layer: second } });
  expect(store.awaited.value).toBe("");
});

test("the map of a unit is that of any class", () => {
  store.set({ cam: true });
  model.onSave = () => {};
  const unit = `${first}[2]`;
  store.set({ unit, target: 4 });
  remap({ unit, target: null });
  expect(store.awaited.value).toBe("");
  expect(store.target.value).toBe(4);
  store.set({ target: null });
  expect(store.target.value).toBe(0);
});

test("a map that is not whole yet is there, and the work goes on", () => {
  store.set({ cam: true });
  remap({ done: 0.4 });
  model.receive({ status: "covering the image", progress: 0.4 });
  expect(store.awaited.value).toBe("work");
  expect(store.fading.value).toBe(false);
});

test("when a map cannot be made, the last one stays at full strength", () => {
  const stop = watch(store, 1000);
  store.set({ cam: true });
  model.onSave = () => {};
  store.set({ method: "guided_backprop" });
  vi.advanceTimersByTime(200);
  expect(store.fading.value).toBe(true);
  model.receive({ error: "It has no ReLU.", status: "ready" });
  expect(store.fading.value).toBe(false);
  expect(store.laid.value?.method).toBe("gradcam");
  stop();
});

test("an error is an answer too", () => {
  model.onSave = () => {};
  store.set({ layer: second ?? "" });
  model.receive({ error: "It failed." });
  expect(store.awaited.value).toBe("");
});

test("the kernel's work is awaited", () => {
  model.receive({ status: "tracing" });
  expect(store.awaited.value).toBe("work");
});

test("a kernel that stays silent is told after a while, one that works is not", () => {
  const stop = watch(store, 1000);
  model.onSave = () => {};
  store.set({ layer: second ?? "" });
  model.receive({ status: "tracing" });
  vi.advanceTimersByTime(5000);
  expect(store.answering.value).toBe(true);
  model.receive({ status: "ready" });
  vi.advanceTimersByTime(999);
  expect(store.answering.value).toBe(true);
  vi.advanceTimersByTime(2);
  expect(store.answering.value).toBe(false);
  expect(store.awaited.value).toBe("");
  stop();
  expect(vi.getTimerCount()).toBe(0);
});

test("a channel that the layer does not have is not enlarged", () => {
  model.receive({ channel: 15 });
  expect(store.enlarged.value).toBe(15);
  model.receive({ channel: 16 });
  expect(store.enlarged.value).toBeNull();
});

test("the order follows the sort", () => {
  store.set({ sort: "max" });
  const order = store.order.value;
  const max = store.pictures.value?.stats.max;
  expect(max?.[order[0] ?? 0]).toBe(Math.max(...(max ?? [])));
});

test("enlarging a channel does not change the scale", () => {
  const before = store.rangeOf(2);
  store.set({ channel: 2 });
  expect(store.rangeOf(2)).toEqual(before);
});
