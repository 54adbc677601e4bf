import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { exactPacket, nativePacket } from "../demo/packets";
import { makeLayer } from "../demo/specimen";
import { REST } from "./changes";
import type { Host } from "./contact";
import { PULSE } from "./patience";
import { type Ask, LONG_PATIENCE, PATIENCE, Requests, SLOWEST } from "./requests";
import { inParts, PART } from "./upload";
import { readNative } from "./wire/tiles";

interface Sent {
  k: string;
  rid: number;
  what?: string;
  channels?: number[];
  part?: number;
  parts?: number;
}

const layer = makeLayer("a", "Conv2d", "convolution", 12, 10);
const ask = (...channels: number[]): Ask => ({ what: "native", epoch: 0, layer: "a", channels });
const never = new AbortController().signal;

let sent: Sent[];
/** Signs of life that were asked for. */
let pings: Sent[];
let requests: Requests;

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  pings = [];
  requests = listening();
});
afterEach(() => vi.useRealTimers());

/** A host that tells nothing. */
const HOST: Host = { connected: () => true, busy: () => false };

function listening(host = HOST): Requests {
  return new Requests(
    (content) => ((content as Sent).k === "ping" ? pings : sent).push(content as Sent),
    host,
  );
}

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
  expect(requests.contact.answering.value).toBe(true);
  vi.advanceTimersByTime(PATIENCE);
  expect(requests.contact.answering.value).toBe(false);
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

test("any message is an answer, but for a sign of life that was asked for", () => {
  requests.contact.expect(PATIENCE);
  vi.advanceTimersByTime(PATIENCE);
  expect(requests.contact.kernel.value).toBe("silent");
  for (const { rid } of pings) requests.receive({ k: "pong", rid }, []);
  expect(requests.contact.kernel.value).toBe("silent");
  requests.receive({ k: "done", rid: 1 }, []);
  expect(requests.contact.answering.value).toBe(true);
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
  }, HOST);
  await expect(broken.ask(ask(0), never)).rejects.toThrow(
    "There is no kernel to answer: run the cell again in a notebook.",
  );
  expect(broken.contact.answering.value).toBe(false);
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
  }, HOST);
  const end = vi.fn();
  requests.edit({ op: "undo" }).catch((reason) => end(reason.message));
  gone = true;
  await vi.advanceTimersByTimeAsync(PATIENCE);
  expect(end).toHaveBeenCalledWith("There is no kernel to answer: run the cell again in a notebook.");
  expect(requests.contact.answering.value).toBe(false);
  expect(vi.getTimerCount()).toBe(0);
});

test("an edit that fails without a word has failed", async () => {
  const edit = requests.edit({ op: "undo" });
  requests.receive({ k: "error", rid: sent[0]?.rid, code: "refused", message: "" }, []);
  await expect(edit).rejects.toThrow("did not say why");
});

test("a question that fails without a word has failed, and a refusal without one is told", async () => {
  const answer = requests.ask(ask(0), never);
  requests.receive({ k: "error", rid: sent[0]?.rid }, []);
  await expect(answer).rejects.toThrow("did not say why");
  requests.receive({ k: "error", rid: 0, code: "refused", message: " " }, []);
  expect(requests.refused.value).toMatch("did not say why");
});

test("a file travels in parts, in their order, under one number; one answer ends it", async () => {
  const bytes = new Uint8Array(2 * PART + 3).fill(1, PART).fill(2, 2 * PART);
  const buffers: (readonly ArrayBuffer[] | undefined)[] = [];
  requests = new Requests((content, parts) => {
    sent.push(content as Sent);
    buffers.push(parts);
  }, HOST);
  const edit = requests.edit({ op: "open", name: "cat.jpg" }, inParts(bytes.buffer));
  const rid = sent[0]?.rid;
  expect(sent).toEqual(
    [0, 1, 2].map((part) => ({ k: "edit", rid, op: "open", name: "cat.jpg", part, parts: 3 })),
  );
  expect(buffers.map((list) => list?.map(({ byteLength }) => byteLength))).toEqual([[PART], [PART], [3]]);
  const joined = Buffer.concat(buffers.flatMap((list) => [...(list ?? [])]).map((part) => Buffer.from(part)));
  expect(joined.equals(bytes)).toBe(true);
  requests.receive({ k: "done", rid }, []);
  await edit;
});

test("a file may take as long as the slowest connection needs for it", async () => {
  const end = vi.fn();
  const size = 2 * PART;
  requests.edit({ op: "open", name: "cat.jpg" }, inParts(new ArrayBuffer(size))).catch(end);
  await vi.advanceTimersByTimeAsync(LONG_PATIENCE + size / SLOWEST - 1);
  expect(end).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(end).toHaveBeenCalled();
});

test("a small file is one part, and an edit without a file has none", () => {
  void requests.edit({ op: "open", name: "a.png" }, inParts(new ArrayBuffer(1)));
  void requests.edit({ op: "undo" });
  expect(sent[0]).toMatchObject({ part: 0, parts: 1 });
  expect(Object.keys(sent[1] ?? {}).sort()).toEqual(["k", "op", "rid"]);
});

test("where a part cannot be sent, the others are not, and the file has failed", async () => {
  let count = 0;
  requests = new Requests(() => {
    count += 1;
    if (count === 2) throw new Error("Cannot send");
  }, HOST);
  const edit = requests.edit({ op: "open", name: "a.png" }, inParts(new ArrayBuffer(3 * PART)));
  await expect(edit).rejects.toThrow("There is no kernel to answer");
  expect(count).toBe(2);
});

/** Let time pass, in which the kernel says what it does whenever it is asked. */
function work(milliseconds: number, busy: string): void {
  for (let left = milliseconds; left > 0; left -= PULSE) {
    vi.advanceTimersByTime(Math.min(left, PULSE));
    for (const { rid } of pings.splice(0)) requests.receive({ k: "pong", rid, busy }, []);
  }
}

test("a kernel that works on something else is waited for, and the answer is the one to the first question", async () => {
  const answer = requests.ask(ask(0), never);
  const edit = requests.edit({ op: "undo" });
  work(PATIENCE - PULSE, "making the map: RISE");
  expect(requests.contact.busy.value).toBe("");
  work(10 * LONG_PATIENCE, "making the map: RISE");
  expect(sent.map(({ k }) => k)).toEqual(["get", "edit"]);
  expect([requests.contact.busy.value, requests.contact.kernel.value]).toEqual([
    "making the map: RISE",
    "there",
  ]);
  work(PULSE, "");
  expect(requests.contact.busy.value).toBe("");
  reply(sent[0]);
  requests.receive({ k: "done", rid: sent[1]?.rid }, []);
  expect([...readNative(await answer).keys()]).toEqual([0]);
  await edit;
  // What the image's rest waits for is all that is left.
  vi.advanceTimersByTime(REST);
  expect(vi.getTimerCount()).toBe(0);
});

test("what is overdue is told no longer once it was answered, though the kernel works on", () => {
  void requests.ask(ask(0), never);
  work(2 * PATIENCE, "making pictures");
  expect(requests.contact.busy.value).toBe("making pictures");
  void requests.ask(ask(1), never);
  reply(sent[0]);
  expect(requests.contact.busy.value).toBe("");
});

test("a kernel that is free and gives no answer in its free time is asked again, then silent", async () => {
  const answer = requests.ask(ask(0), never);
  const given = expect(answer).rejects.toThrow("No answer from the kernel.");
  work(2 * PATIENCE, "making pictures");
  work(PATIENCE - 1, "");
  expect(sent.map(({ k }) => k)).toEqual(["get"]);
  work(1 + PATIENCE, "");
  expect(sent.map(({ k }) => k)).toEqual(["get", "cancel", "get", "cancel"]);
  expect(requests.contact.kernel.value).toBe("silent");
  await given;
});

test("a kernel that the host calls busy is waited for without a sign of life, and asked for one only once", () => {
  let busy = true;
  requests = listening({ connected: () => true, busy: () => busy });
  const lost = requests.ask(ask(0), never);
  lost.catch(() => {});
  vi.advanceTimersByTime(20 * PATIENCE);
  expect([sent.length, pings.length]).toEqual([1, 1]);
  expect([requests.contact.busy.value, requests.contact.kernel.value]).toEqual(["running a cell", "there"]);
  busy = false;
  work(PULSE, "");
  expect(requests.contact.busy.value).toBe("");
  reply(sent[0]);
  expect(vi.getTimerCount()).toBe(0);
});

test("a kernel that answers is not waited for longer because it runs a cell beside", () => {
  requests = listening({ connected: () => true, busy: () => true });
  requests.ask(ask(0), never).catch(() => {});
  work(PATIENCE, "");
  expect(sent.map(({ k }) => k)).toEqual(["get", "cancel", "get"]);
});

test("what comes by the traits is waited for in the same way", () => {
  requests.contact.expect(PATIENCE);
  work(3 * PATIENCE, "drawing");
  expect([requests.contact.busy.value, requests.contact.kernel.value]).toEqual(["drawing", "there"]);
  work(PATIENCE, "");
  expect([requests.contact.busy.value, requests.contact.kernel.value]).toEqual(["", "silent"]);
  expect(vi.getTimerCount()).toBe(0);
});

test("a kernel that was heard of and takes nothing any more is gone, which no hope changes", async () => {
  let gone = false;
  requests = new Requests(() => {
    if (gone) throw new Error("Canceled");
  }, HOST);
  requests.receive({ k: "pong", rid: 1, busy: "" }, []);
  gone = true;
  await expect(requests.ask(ask(0), never)).rejects.toThrow(
    "There is no kernel to answer: run the cell again in a notebook.",
  );
  expect(requests.contact.kernel.value).toBe("gone");
});

test("a page without a kernel knows it at once, and asks nothing", async () => {
  requests = listening({ connected: () => false, busy: () => false });
  expect(requests.contact.kernel.value).toBe("absent");
  requests.contact.hope();
  await expect(requests.ask(ask(0), never)).rejects.toThrow("There is no kernel to answer");
  expect([sent, pings, requests.contact.kernel.value]).toEqual([[], [], "absent"]);
});

test("a kernel that is heard of is there, whatever the host says", () => {
  requests = listening({ connected: () => false, busy: () => false });
  requests.contact.heard();
  expect(requests.contact.kernel.value).toBe("there");
  void requests.ask(ask(0), never);
  expect(sent).toHaveLength(1);
});
