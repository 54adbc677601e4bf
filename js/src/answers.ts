/** Answers to the rooms' questions: asked of the kernel once, read by the rooms' own readers, kept while there is room. */

import { Cache } from "./cache";
import type { Answered, Answers, Inquiry, Lazy } from "./findings";
import type { Ask } from "./requests";
import type { Packet } from "./wire/packet";

/** Bytes of answers that are kept. */
const KEPT = 8 * 1024 * 1024;

type Request = (ask: Ask, signal: AbortSignal) => Promise<Packet>;

export function createAnswers(request: Request, lazy: Lazy): Answers {
  const kept = new Cache<Answered[keyof Answered]>(KEPT);
  return {
    kept: (inquiry) => kept.get(keyOf(inquiry)) as never,
    async ask(inquiry, signal) {
      const { of: _, ...ask } = inquiry;
      const packet = await request(ask, signal);
      const { fits, readAnswer } = await lazy.load();
      const answer = readAnswer(inquiry, packet);
      if (fits(inquiry, answer)) kept.set(keyOf(inquiry), answer, sizeOf(packet));
      return answer;
    },
  };
}

/** A question in one line; the same line for the same question. */
export function keyOf({ what, epoch, layer, channels, cell, of }: Inquiry): string {
  return JSON.stringify([what, epoch, layer, channels, cell, of]);
}

function sizeOf({ arrays }: Packet): number {
  return [...arrays.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
}
