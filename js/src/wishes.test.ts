/** What is kept of what channels want, and what is not asked for; `views/wantswitch.test.ts` has the rest. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { fakeScope } from "../demo/fakekernel";
import type { FakeModel } from "../demo/fakemodel";
import { encode } from "../demo/packets";
import { madeUp } from "../demo/specimen";
import type { Wishes } from "./ascent";
import { connect } from "./sync";
import { createWishes } from "./wishes";

/** 512 channels. */
const LAYER = "blocks.3.conv2d";
const SIDE = 256;
/** How many whole pictures of this size 16 MB hold. */
const ROOM = Math.floor((16 * 1024 * 1024) / (SIDE * SIDE * 3));

let model: FakeModel;
let controller: AbortController;
let wishes: Wishes;
/** Channels of each question. */
let asked: number[][];
/** What the kernel says beside what it should. */
let facts: object;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  facts = {};
  controller = new AbortController();
  model = fakeScope(madeUp());
  const sync = connect(model, controller.signal);
  sync.set({ layer: LAYER, wants: true });
  model.onSend = (content) => {
    const { k, rid, ...ask } = content as { k: string; rid: number; layer: string; channels: number[] };
    if (k !== "get") return;
    asked.push(ask.channels);
    const count = ask.channels.length;
    const told = { ...ask, size: [SIDE, SIDE], of: 128, notes: [], steps: ask.channels.map(() => 128) };
    const arrays = {
      tiles: new Uint8Array(count * SIDE * SIDE * 3),
      scores: new Float32Array(count).fill(2),
    };
    const { header, body } = encode("wants_tiles", { ...told, ...facts }, arrays);
    model.message({ k: "data", rid, part: 0, parts: 1, header }, [body]);
  };
  wishes = createWishes(sync, controller.signal);
});
afterEach(() => {
  controller.abort();
  vi.useRealTimers();
});

async function want(from: number, to: number): Promise<void> {
  wishes.want(Array.from({ length: to - from }, (_, i) => from + i));
  await vi.advanceTimersByTimeAsync(200);
}

const whole = "wanted picture, score 2";
const nothing = "wanted picture, not made yet";

test("no more is kept than 16 MB, and what was seen longest ago goes first", async () => {
  await want(0, 40);
  await want(40, 80);
  expect([0, 39, 79].map((channel) => wishes.words(channel))).toEqual([whole, whole, whole]);
  await want(100, 140);
  expect([0, 39, 79, 100, 139].map((channel) => wishes.words(channel))).toEqual(Array(5).fill(whole));
  // To name a tile is to look at it: these were not.
  expect([1, 20].map((channel) => wishes.words(channel))).toEqual([nothing, nothing]);
});

test("more than can be kept is not asked for over and over", async () => {
  await want(0, 300);
  await vi.advanceTimersByTimeAsync(1000);
  const channels = asked.flat();
  expect(channels.length).toBeLessThanOrEqual(ROOM);
  expect(new Set(channels).size).toBe(channels.length);
});

test("what is kept is not asked for again", async () => {
  await want(0, 10);
  await want(5, 15);
  expect(asked).toEqual([
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [10, 11, 12, 13, 14],
  ]);
});

test("a flick through the grid asks for where it rests", async () => {
  for (let from = 0; from < 300; from += 10) wishes.want([from]);
  await want(300, 302);
  expect(asked).toEqual([[300, 301]]);
});

test("channels that the layer has not are not asked for", async () => {
  await want(510, 520);
  expect(asked).toEqual([[510, 511]]);
});

test.each([
  ["of another state of the network", { epoch: 7 }],
  ["of another layer", { layer: "blocks.3.relu" }],
  ["about other channels", { channels: [400, 401] }],
])("an answer %s is dropped, and the question not repeated", async (_, said) => {
  facts = said;
  await want(0, 2);
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked).toEqual([[0, 1]]);
  expect(wishes.words(0)).toBe(nothing);
  facts = {};
  model.receive({ _wanted: { layer: LAYER, epoch: 0, serial: 2, growing: [] } });
  await vi.advanceTimersByTimeAsync(200);
  expect(wishes.words(0)).toBe(whole);
});

test("news of another layer or state ask for nothing", async () => {
  facts = { steps: [64, 64] };
  await want(0, 2);
  model.receive({ _wanted: { layer: "blocks.3.relu", epoch: 0, serial: 2, growing: [0] } });
  model.receive({ _wanted: { layer: LAYER, epoch: 3, serial: 3, growing: [0] } });
  model.receive({ _wanted: { layer: 7, serial: {}, growing: "no" } });
  await vi.advanceTimersByTimeAsync(200);
  expect(asked).toHaveLength(1);
  model.receive({ _wanted: { layer: LAYER, epoch: 0, serial: 4, growing: [0] } });
  await vi.advanceTimersByTimeAsync(200);
  expect(asked).toHaveLength(2);
});

test("closed, it asks for nothing", async () => {
  controller.abort();
  await want(0, 4);
  expect(asked).toEqual([]);
});
