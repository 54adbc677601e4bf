import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { exactPacket, nativePacket } from "../demo/packets";
import { makeLayer } from "../demo/specimen";
import { chunks, createDetail, type Subject } from "./detail";
import type { Ask } from "./requests";
import type { Detail } from "./state";
import { decode, type Packet } from "./wire/packet";

const layer = makeLayer("a", "Conv2d", "convolution", 200, 10);
const size = [10, 10] as const;

interface Asked extends Ask {
  readonly signal: AbortSignal;
  answer(packet?: Packet): Promise<void>;
  refuse(): Promise<void>;
}

let asked: Asked[];
let subject: Subject | null;
let controller: AbortController;
let detail: Detail;

function request(ask: Ask, signal: AbortSignal): Promise<Packet> {
  return new Promise((resolve, reject) => {
    const settle = async () => {
      for (let i = 0; i < 5; i++) await Promise.resolve();
    };
    asked.push({
      ...ask,
      signal,
      answer(packet = packetFor(ask)) {
        resolve(packet);
        return settle();
      },
      refuse() {
        reject(new Error("no"));
        return settle();
      },
    });
  });
}

function packetFor(ask: Ask, epoch = 0): Packet {
  const { header, body } =
    ask.what === "native"
      ? nativePacket(layer, ask.channels, epoch)
      : exactPacket(layer, ask.channels[0] ?? 0, epoch);
  return decode(header, body);
}

function want(...channels: number[]): void {
  detail.want(channels);
  vi.advanceTimersByTime(200);
}

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  subject = { epoch: 0, layer: "a", size };
  controller = new AbortController();
  detail = createDetail(request, () => subject, controller.signal);
});
afterEach(() => {
  controller.abort();
  vi.useRealTimers();
});

test("only where the scrolling rests is something asked for", () => {
  detail.want([1]);
  detail.want([2]);
  expect(asked).toHaveLength(0);
  vi.advanceTimersByTime(200);
  expect(asked.map(({ channels }) => channels)).toEqual([[2]]);
});

test("what came is there, and is not asked for again", async () => {
  want(4, 5);
  const before = detail.version.value;
  await asked[0]?.answer();
  expect(detail.version.value).toBe(before + 1);
  expect(detail.native(5)?.codes).toHaveLength(100);
  want(4, 5, 6);
  expect(asked[1]?.channels).toEqual([6]);
});

test("no message holds more than 64 channels or 256 KB", () => {
  const all = Array.from({ length: 150 }, (_, i) => i);
  expect(chunks(all, [10, 10]).map((part) => part.length)).toEqual([64, 64, 22]);
  expect(chunks(all.slice(0, 12), [224, 224]).map((part) => part.length)).toEqual([5, 5, 2]);
  expect(chunks(all.slice(0, 2), [900, 900])).toEqual([[0], [1]]);
});

test("what is scrolled away is called off, what is still in sight is not", () => {
  want(1, 2);
  want(2, 3);
  expect(asked[0]?.signal.aborted).toBe(false);
  want(9);
  expect(asked[0]?.signal.aborted).toBe(true);
});

test("a reply for another epoch or layer is dropped", async () => {
  want(1);
  await asked[0]?.answer(packetFor({ ...(asked[0] as Ask) }, 3));
  expect(detail.native(1)).toBeUndefined();
  subject = { epoch: 0, layer: "b", size };
  want(2);
  await asked[1]?.answer();
  expect(detail.native(2)).toBeUndefined();
});

test("tiles of one layer are never shown for another", async () => {
  want(1);
  await asked[0]?.answer();
  subject = { epoch: 0, layer: "b", size };
  expect(detail.native(1)).toBeUndefined();
  subject = { epoch: 1, layer: "a", size };
  expect(detail.native(1)).toBeUndefined();
});

test("an exact channel is fetched once", async () => {
  detail.wantExact(4);
  detail.wantExact(4);
  expect(asked).toHaveLength(1);
  await asked[0]?.answer();
  detail.wantExact(4);
  expect(asked).toHaveLength(1);
  expect(detail.exact(4)?.values[3]).toBe(layer.values[403]);
});

test("what was refused is asked for again only when forgiven", async () => {
  want(1);
  await asked[0]?.refuse();
  want(1);
  expect(asked).toHaveLength(1);
  detail.forgive();
  want(1);
  expect(asked).toHaveLength(2);
});

test("nothing is asked for before there is a layer, or after the end", () => {
  subject = null;
  want(1);
  detail.wantExact(1);
  expect(asked).toHaveLength(0);
  subject = { epoch: 0, layer: "a", size };
  detail.want([1]);
  controller.abort();
  vi.advanceTimersByTime(200);
  expect(asked).toHaveLength(0);
});
