import { signal } from "@preact/signals";
import { beforeEach, expect, test, vi } from "vitest";
import { networkPacket } from "../demo/network";
import { createAnswers } from "./answers";
import type { Answers, Inquiry } from "./findings";
import type { Ask } from "./requests";
import * as rooms from "./rooms";
import * as tools from "./tools";
import { decode } from "./wire/packet";

const lazy = <T>(part: T) => ({ part: signal(part), problem: signal(""), load: () => Promise.resolve(part) });
const inquiry: Inquiry<"network"> = { what: "network", epoch: 0, layer: "", channels: [] };
const { signal: never } = new AbortController();

const ofClass = (target: number) => ({ target, versus: null, unit: "" });

let answers: Answers;
const request = vi.fn(async (_: Ask) => {
  const { header, body } = networkPacket();
  return decode(header, body);
});
beforeEach(() => {
  request.mockClear();
  answers = createAnswers(request, lazy(rooms), lazy(tools));
});

test("an answer is read, and kept by its question and the network's state", async () => {
  expect(answers.kept(inquiry)).toBeUndefined();
  const network = await answers.ask(inquiry, never);
  expect(network.nodes.length).toBeGreaterThan(10);
  expect(answers.kept({ ...inquiry })).toBe(network);
  expect(answers.kept({ ...inquiry, epoch: 1 })).toBeUndefined();
});

test("what else an answer depends on is part of the question, but the kernel is not told", async () => {
  await answers.ask({ ...inquiry, of: ofClass(3) }, never);
  expect(answers.kept({ ...inquiry, of: ofClass(3) })).toBeDefined();
  expect(answers.kept({ ...inquiry, of: ofClass(4) })).toBeUndefined();
  expect(request).toHaveBeenCalledWith(inquiry, never);
});

test("an answer about another state of the network is refused, and kept for neither", async () => {
  const old = { ...inquiry, epoch: 1 };
  await expect(answers.ask(old, never)).rejects.toThrow("What is shown has changed since this was asked");
  expect(answers.kept(old)).toBeUndefined();
  expect(answers.kept(inquiry)).toBeUndefined();
});

test("what cannot be read is refused, and not kept", async () => {
  request.mockResolvedValueOnce(decode({ v: 1, kind: "exact", arrays: [] }, new ArrayBuffer(0)));
  await expect(answers.ask(inquiry, never)).rejects.toThrow("Expected a network packet, got exact.");
  expect(answers.kept(inquiry)).toBeUndefined();
});
