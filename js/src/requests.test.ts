import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { exactPacket, nativePacket } from "../demo/packets";
import { makeLayer } from "../demo/specimen";
import { type Ask, LONG_PATIENCE, PATIENCE, REST, Requests } from "./requests";
import { readNative } from "./wire/tiles";

interface Sent {
  k: string;
  rid: number;
  what?: string;
  channels?: number[];
}

const layer = makeLayer("a", "Conv2d", "convolution", 12, 10);
const ask = (...channels: number[]): Ask => ({ what: "native", epoch: 0, layer: "a", channels });
const never = new AbortController().signal;

let sent: Sent[];
let requests: Requests;

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  requests = new Requests((content) => sent.push(content as Sent));
});
afterEach(() => vi.useRealTimers());

function reply(message: Sent | undefined): void {
  const { header, body } = nativePacket(layer, message?.channels ?? []);
  requests.receive({ k: "data", rid: message?.rid, part: 0, parts: 1, header }, [body]);
}

test("a question carries a whole number and gets its answer", async () => {
  const answer = requests.ask(ask(3, 1), never);
  expect(sent).toEqual([
    { k: "get", rid: expect.any(Number), what: "native", epoch: 0, layer: "a", channels: [3, 1] },
  ]);
  expect(Number.isInteger(sent[0]?.rid)).toBe(true);
  reply(sent[0]);
  expect([...readNative(await answer).keys()]).toEqual([3, 1]);
});

test("an answer in parts, the last one first", async () => {
  const answer = requests.ask(ask(0, 1), never);
  const { header, body } = nativePacket(layer, [0, 1]);
  const [head, tail] = [new DataView(body.buffer, 0, 64), new DataView(body.buffer, 64)];
  const rid = sent[0]?.rid;
  requests.receive({ k: "data", rid, part: 1, parts: 2 }, [tail]);
  requests.receive({ k: "data", rid, part: 0, parts: 2, header }, [head]);
  expect(readNative(await answer).size).toBe(2);
});

test("two are under way, the third waits", () => {
  for (const channel of [0, 1, 2]) void requests.ask(ask(channel), never);
  expect(sent).toHaveLength(2);
  reply(sent[0]);
  expect(sent.map(({ channels }) => channels)).toEqual([[0], [1], [2]]);
});

test("what the user points at goes before tiles", () => {
  for (const channel of [0, 1, 2]) void requests.ask(ask(channel), never);
  void requests.ask({ ...ask(9), what: "exact" }, never);
  reply(sent[0]);
  expect(sent[2]?.channels).toEqual([9]);
});

test("called off on the way: the kernel is told, and the answer dropped", async () => {
  const controller = new AbortController();
  const answer = requests.ask(ask(0), controller.signal);
  controller.abort();
  await expect(answer).rejects.toThrow("Called off.");
  expect(sent[1]).toEqual({ k: "cancel", rid: sent[0]?.rid });
  reply(sent[0]);
});

test("called off while waiting: nothing is sent", async () => {
  void requests.ask(ask(0), never);
  void requests.ask(ask(1), never);
  const controller = new AbortController();
  const answer = requests.ask(ask(2), controller.signal);
  controller.abort();
  await expect(answer).rejects.toThrow();
  expect(sent).toHaveLength(2);
});

test("no answer: once more with a new number, then given up", async () => {
  const answer = requests.ask(ask(0), never);
  const given = expect(answer).rejects.toThrow("No answer from the kernel.");
  vi.advanceTimersByTime(PATIENCE);
  expect(sent.map(({ k }) => k)).toEqual(["get", "cancel", "get"]);
  expect(sent[1]?.rid).toBe(sent[0]?.rid);
  expect(sent[2]?.rid).not.toBe(sent[0]?.rid);
  expect(requests.answering.value).toBe(true);
  vi.advanceTimersByTime(PATIENCE);
  expect(requests.answering.value).toBe(false);
  await given;
});

test("what takes long to work out is waited for longer", () => {
  void requests.ask({ ...ask(0), what: "statistics" }, never);
  vi.advanceTimersByTime(LONG_PATIENCE - 1);
  expect(sent).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(sent.map(({ k }) => k)).toEqual(["get", "cancel", "get"]);
});

test("an answer to the first try is stale once the second is under way", async () => {
  const answer = requests.ask(ask(0), never);
  vi.advanceTimersByTime(PATIENCE);
  let settled = false;
  void answer.then(() => {
    settled = true;
  });
  reply(sent[0]);
  await Promise.resolve();
  expect(settled).toBe(false);
  reply(sent[2]);
  await answer;
});

test("any message is a sign of life", () => {
  requests.heard(false);
  requests.receive({ k: "pong", rid: 1 }, []);
  expect(requests.answering.value).toBe(true);
});

test("a refusal is a sentence", async () => {
  const answer = requests.ask(ask(0), never);
  requests.receive({ k: "error", rid: sent[0]?.rid, code: "layer", message: "There is no layer a." }, []);
  await expect(answer).rejects.toThrow("There is no layer a.");
});

test("a garbled answer is a refusal, not an exception", async () => {
  const answer = requests.ask(ask(0), never);
  const { header } = exactPacket(layer, 0);
  requests.receive({ k: "data", rid: sent[0]?.rid, part: 0, parts: 1, header }, []);
  await expect(answer).rejects.toThrow(/beyond/);
  for (const junk of [null, 7, "text", { k: "data" }]) requests.receive(junk, undefined);
});

test("a model that cannot send any more is no exception", async () => {
  const broken = new Requests(() => {
    throw new Error("Cannot send");
  });
  await expect(broken.ask(ask(0), never)).rejects.toThrow("The kernel is gone.");
  expect(broken.answering.value).toBe(false);
  broken.ping();
});

test("closing calls everything off", async () => {
  const answers = [0, 1, 2].map((channel) => requests.ask(ask(channel), never));
  requests.close();
  for (const answer of answers) await expect(answer).rejects.toThrow("Called off.");
  expect(vi.getTimerCount()).toBe(0);
});

test("while the image is changed, tiles wait, and what the user points at does not", async () => {
  const turn = { op: "turn", degrees: 3, begin: true } as const;
  const [first, second] = [requests.edit(turn), requests.edit({ ...turn, begin: false })];
  void requests.ask(ask(0), never).catch(() => {});
  void requests.ask({ ...ask(1), what: "coarse" }, never);
  void requests.ask({ ...ask(2), what: "exact" }, never);
  const kinds = () => sent.map(({ k, what }) => what ?? k);
  expect(kinds()).toEqual(["edit", "edit", "exact"]);
  requests.receive({ k: "done", rid: sent[0]?.rid }, []);
  await first;
  vi.advanceTimersByTime(10 * REST);
  expect(kinds()).toEqual(["edit", "edit", "exact"]);
  requests.receive({ k: "done", rid: sent[1]?.rid }, []);
  await second;
  // The hand rests for a moment, and goes on.
  vi.advanceTimersByTime(REST - 1);
  const third = requests.edit({ ...turn, begin: false });
  requests.receive({ k: "done", rid: sent[3]?.rid }, []);
  await third;
  vi.advanceTimersByTime(REST - 1);
  expect(kinds()).toEqual(["edit", "edit", "exact", "edit"]);
  vi.advanceTimersByTime(1);
  expect(kinds()).toEqual(["edit", "edit", "exact", "edit", "native"]);
});

test("an edit of a kernel that was restarted ends with a sentence, which nobody has to wait for", async () => {
  let gone = false;
  requests = new Requests((content) => {
    if (gone) throw new Error("Canceled");
    sent.push(content as Sent);
  });
  const end = vi.fn();
  requests.edit({ op: "undo" }).catch((reason) => end(reason.message));
  gone = true;
  await vi.advanceTimersByTimeAsync(PATIENCE);
  expect(end).toHaveBeenCalledWith("The kernel is gone.");
  expect(requests.answering.value).toBe(false);
  expect(vi.getTimerCount()).toBe(0);
});
