/** Answers to the parts' questions: asked of the kernel once, read by the parts' own readers, kept while there is room. */

import { Cache } from "./cache";
import type { Answered, Answers, Inquiry, Lazy, Tools } from "./findings";
import type { Ask } from "./requests";
import type { Packet } from "./wire/packet";

/** Bytes of answers that are kept. */
const KEPT = 8 * 1024 * 1024;

type Request = (ask: Ask, signal: AbortSignal) => Promise<Packet>;

/** What the tools ask and read. */
const OF_TOOLS: readonly (keyof Answered)[] = ["pair", "differences", "region", "field", "pins"];

export function createAnswers(request: Request, rooms: Lazy, tools: Lazy<Tools>): Answers {
  const kept = new Cache<Answered[keyof Answered]>(KEPT);
  return {
    kept: (inquiry) => kept.get(keyOf(inquiry)) as never,
    async ask(inquiry, signal) {
      const { of: _, region: __, ...ask } = inquiry;
      const packet = await request(ask, signal);
      const { fits, readAnswer } = await (OF_TOOLS.includes(inquiry.what) ? tools : rooms).load();
      const answer = readAnswer(inquiry, packet);
      if (fits(inquiry, answer)) kept.set(keyOf(inquiry), answer, sizeOf(packet));
      return answer;
    },
  };
}

/** A question in one line; the same line for the same question. */
export function keyOf({ what, epoch, layer, channels, cell, units, region, of }: Inquiry): string {
  return JSON.stringify([what, epoch, layer, channels, cell, units, region, of]);
}

function sizeOf({ arrays }: Packet): number {
  return [...arrays.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
}
