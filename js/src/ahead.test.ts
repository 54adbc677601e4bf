import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { fakeScope } from "../demo/fakekernel";
import type { FakeModel } from "../demo/fakemodel";
import { madeUp } from "../demo/specimen";
import { fetchAhead } from "./ahead";
import { connect, type Sync } from "./sync";

let model: FakeModel;
let sync: Sync;
let controller: AbortController;

beforeEach(() => {
  vi.useFakeTimers();
  model = fakeScope(madeUp(), 50);
  model.set("layer", "blocks.1.conv2d");
  vi.advanceTimersByTime(60);
  controller = new AbortController();
  sync = connect(model, controller.signal);
});
afterEach(() => {
  controller.abort();
  vi.useRealTimers();
});

const names = () => sync.traits.layers.value.map(({ name }) => name);
const asked = () => model.sent.map((message) => (message as { layer?: string }).layer);

test("after a rest the other layers are fetched, the nearest first, each once", async () => {
  fetchAhead(sync, controller.signal);
  const place = names().indexOf(sync.pictures.value?.layer ?? "");
  expect(asked()).toEqual([]);
  await vi.advanceTimersByTimeAsync(400);
  const nearest = [names()[place + 1], names()[place - 1], names()[place + 2]].filter(Boolean);
  expect(asked().slice(0, nearest.length)).toEqual(nearest);
  await vi.advanceTimersByTimeAsync(60_000);
  expect([...asked()].sort()).toEqual(
    names()
      .filter((_, i) => i !== place)
      .sort(),
  );
});

test("a layer that was fetched is there the moment it is picked, and confirmed when Python answers", async () => {
  fetchAhead(sync, controller.signal);
  await vi.advanceTimersByTimeAsync(400);
  const before = sync.confirmed.value;
  const next = names()[names().indexOf(before) + 1] as string;
  sync.set({ layer: next });
  expect([sync.pictures.value?.layer, sync.confirmed.value]).toEqual([next, before]);
  const shown = sync.pictures.value;
  model.save_changes();
  await vi.advanceTimersByTimeAsync(60);
  expect(sync.confirmed.value).toBe(next);
  expect(sync.pictures.value).toBe(shown);
});

test("a layer that Python refuses gives way to the one before", () => {
  const before = sync.pictures.value?.layer as string;
  sync.set({ layer: "nowhere" });
  expect(sync.pictures.value?.layer).toBe(before);
  model.receive({ layer: before });
  expect(sync.pictures.value?.layer).toBe(before);
});

test("nothing is fetched once the scope is closed", async () => {
  fetchAhead(sync, controller.signal);
  controller.abort();
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked()).toEqual([]);
});
