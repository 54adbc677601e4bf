import { effect } from "@preact/signals";
import { beforeEach, expect, test, vi } from "vitest";
import { FakeModel } from "../demo/fakemodel";
import { layerPacket, mapPacket } from "../demo/packets";
import { madeUp, makeLayer } from "../demo/specimen";
import { connect, type Sync } from "./sync";

const packet = layerPacket(makeLayer("a", "Conv2d", "convolution", 12, 10));
const other = layerPacket(makeLayer("b", "ReLU", "activation", 4, 6));

let model: FakeModel;
let controller: AbortController;
let sync: Sync;

beforeEach(() => {
  model = new FakeModel({ ...madeUp().traits, layer: "a", _header: packet.header, _tiles: packet.body });
  controller = new AbortController();
  sync = connect(model, controller.signal);
});

test("what the traits hold is there at once, with no message", () => {
  expect(sync.pictures.value).toMatchObject({ layer: "a", channels: 12 });
  expect(sync.traits.opacity.value).toBe(0.5);
  expect(model.sent).toEqual([]);
});

test("a write is set, saved once, and seen here at once", () => {
  sync.set({ layer: "b", channel: null });
  expect(model.get("layer")).toBe("b");
  expect(sync.traits.layer.value).toBe("b");
  expect(model.saves).toBe(1);
});

test("a change from Python arrives, and is not written back", () => {
  model.receive({ channel: 7, sort: "max" });
  expect([sync.traits.channel.value, sync.traits.sort.value]).toEqual([7, "max"]);
  expect(model.saves).toBe(0);
});

test("a header is never read beside the body of another", () => {
  const seen: unknown[] = [];
  const stop = effect(() => {
    seen.push([sync.traits.layer.value, sync.pictures.value?.layer, sync.problem.value]);
  });
  model.receive({ layer: "b", _header: other.header, _tiles: other.body });
  stop();
  expect(seen).toEqual([
    ["a", "a", ""],
    ["b", "b", ""],
  ]);
});

test("a packet that cannot be read leaves the last good one, and a sentence", () => {
  model.receive({ _header: { v: 9 } });
  expect(sync.pictures.value?.layer).toBe("a");
  expect(sync.problem.value).toMatch(/version 9/);
  model.receive({ layer: "b", _header: other.header, _tiles: other.body });
  expect([sync.pictures.value?.layer, sync.problem.value]).toEqual(["b", ""]);
});

test("an empty map header takes the map away", () => {
  const facts = { epoch: 0, layer: "a", target: 2, method: "gradcam", sentence: "", doubt: "" };
  const map = mapPacket(facts, [1, 1], Float32Array.of(1), new Float32Array(12));
  model.receive({ _map_header: map.header, _map: map.body });
  expect(sync.map.value?.target).toBe(2);
  model.receive({ _map_header: {}, _map: new ArrayBuffer(0) });
  expect(sync.map.value).toBeNull();
});

test("traits of the wrong kind count as absent", () => {
  model.receive({
    layers: [{ name: "ok", shape: [1, 2, 3] }, null, { name: 3 }, "x"],
    layer: 5,
    opacity: "half",
    _tiles: null,
  });
  expect(sync.traits.layers.value.map(({ name }) => name)).toEqual(["ok"]);
  expect([sync.traits.layer.value, sync.traits.opacity.value]).toEqual(["", 0.5]);
});

test("methods are those with a key, a label and styles", () => {
  const method = { key: "a", label: "A", at: "pixels", styles: ["paper"] };
  const list = [method, { label: "none", styles: [] }, null, { key: "b", label: "B" }, "x"];
  model.receive({ _methods: list, versus: "x", map_style: null });
  expect(sync.traits._methods.value).toEqual([method]);
  expect([sync.traits.versus.value, sync.traits.map_style.value]).toEqual([null, "paper"]);
  const first = sync.traits._methods.value;
  model.receive({ layer: "b" });
  expect(sync.traits._methods.value).toBe(first);
});

test("what becomes of growing pictures is one message with a number", () => {
  sync.grow("more");
  expect(model.sent).toEqual([{ k: "grow", rid: expect.any(Number), op: "more" }]);
});

test("stop is one message with a number", () => {
  sync.stop();
  expect(model.sent).toEqual([{ k: "stop", rid: expect.any(Number) }]);
});

test("a model that cannot save is a kernel that does not answer", () => {
  model.save_changes = () => {
    throw new Error("Cannot send");
  };
  sync.set({ layer: "b" });
  expect(sync.answering.value).toBe(false);
  expect(sync.traits.layer.value).toBe("b");
});

test("retry sends the choices again, though none of them changed, and asks for a sign of life", () => {
  let saved: string[] = [];
  model.onSave = (changed) => {
    saved = changed;
  };
  vi.useFakeTimers();
  sync.expect(1);
  vi.advanceTimersByTime(1);
  vi.useRealTimers();
  expect(sync.kernel.value).toBe("silent");
  sync.retry();
  expect(saved).toContain("layer");
  expect(model.get("layer")).toBe("a");
  expect(sync.traits.layer.value).toBe("a");
  expect(model.sent).toEqual([{ k: "ping", rid: expect.any(Number) }]);
  expect(sync.answering.value).toBe(true);
});

test("nothing listens any more once it is over", () => {
  expect(model.listeners).toBeGreaterThan(0);
  controller.abort();
  expect(model.listeners).toBe(0);
});
