import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Answers, Inquiry, Kernels } from "../findings";
import type { LayerInfo } from "../records";
import { KernelPull, partOf, partSize, tooLarge } from "./kernelpull";

const layer: LayerInfo = {
  ...{ name: "conv", kind: "Conv2d", family: "convolution", asked: "" },
  ...{ shape: [512, 7, 7], parameters: 512 * 512 * 9 },
};

interface Asked {
  readonly channels: readonly number[];
  readonly signal: AbortSignal;
  answer(): Promise<void>;
  refuse(sentence: string): Promise<void>;
}

let asked: Asked[];
let kept: Map<string, Kernels>;
let pull: KernelPull;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  kept = new Map();
  const answers = {
    kept: ({ channels }: Inquiry) => kept.get(String(channels)),
    ask: ({ channels }: Inquiry, signal: AbortSignal) =>
      new Promise((resolve, reject) => {
        const kernels = { channels } as Kernels;
        const settled = () => vi.advanceTimersByTimeAsync(0).then(() => {});
        signal.addEventListener("abort", () => reject(new Error("Called off.")));
        asked.push({
          channels,
          signal,
          answer() {
            kept.set(String(channels), kernels);
            resolve(kernels);
            return settled();
          },
          refuse(sentence) {
            reject(new Error(sentence));
            return settled();
          },
        });
      }),
  } as unknown as Answers;
  pull = new KernelPull(answers, layer, 0);
});
afterEach(() => {
  pull.close();
  vi.useRealTimers();
});

function want(first: number, last: number): void {
  pull.want(first, last);
  vi.advanceTimersByTime(100);
}

const starts = () => asked.map(({ channels }) => channels[0]);

test("a question is for at most 64 channels and 256 KB", () => {
  expect(partSize({ parameters: 64 * 3 * 49, shape: [64, 1, 1] })).toBe(64);
  expect(partSize(layer)).toBe(14);
  expect(partSize({ parameters: 4096 * 25088, shape: [4096, 1, 1] })).toBe(2);
  expect(partSize({ parameters: 8 * 1e6, shape: [8, 1, 1] })).toBe(1);
  expect(partSize({ parameters: 0, shape: [512, 1, 1] })).toBe(8);
  expect(partOf(17, 14, 512)).toEqual(Array.from({ length: 14 }, (_, i) => 14 + i));
  expect(partOf(511, 14, 512)).toEqual([504, 505, 506, 507, 508, 509, 510, 511]);
});

test("the parts in sight are asked for, each once, and found when they have come", async () => {
  want(10, 30);
  expect(starts()).toEqual([0, 14, 28]);
  await asked[1]?.answer();
  expect(pull.facts.value).toBe(pull.of(20)?.part);
  expect(pull.of(20)?.place).toBe(6);
  expect(pull.of(30)).toBeUndefined();
  want(14, 30);
  expect(starts()).toEqual([0, 14, 28]);
});

test("what is in sight stays, whatever the answers have room for; what is scrolled away goes", async () => {
  want(0, 30);
  for (const question of asked) await question.answer();
  kept.clear();
  for (const channel of [0, 14, 29]) expect(pull.of(channel)).toBeDefined();
  want(14, 30);
  expect(starts()).toEqual([0, 14, 28]);
  expect(pull.of(0)).toBeUndefined();
  want(0, 30);
  expect(starts()).toEqual([0, 14, 28, 0]);
});

test("an answer for which there was no room is held, and not asked for again and again", async () => {
  want(0, 14);
  const [question] = asked;
  kept.set = () => kept;
  await question?.answer();
  expect(pull.of(3)?.place).toBe(3);
  want(0, 13);
  expect(asked).toHaveLength(1);
});

test("kernels of more than 8 MB each are not drawn, and it is said why", () => {
  const wide = { ...layer, name: "fc", shape: [10, 1, 1] as const, parameters: 10 * 3_000_000 };
  expect(tooLarge(wide)).toBe(
    "Each kernel of fc takes 12 MB, more than the panel draws: read its weights in Python.",
  );
  expect(tooLarge(layer)).toBe("");
});

test("only where the scrolling rests is something asked for, and what is scrolled away is called off", () => {
  want(0, 1);
  pull.want(100, 101);
  pull.want(300, 301);
  vi.advanceTimersByTime(100);
  expect(starts()).toEqual([0, 294]);
  expect(asked.map(({ signal }) => signal.aborted)).toEqual([true, false]);
  expect(pull.problem.value).toBe("");
});

test("after a refusal nothing is asked until it is tried again", async () => {
  want(0, 1);
  await asked[0]?.refuse("No.");
  expect(pull.problem.value).toBe("No.");
  want(50, 51);
  expect(asked).toHaveLength(1);
  pull.retry();
  expect(starts()).toEqual([0, 42]);
  expect(pull.problem.value).toBe("");
});

test("when it is closed, everything is called off", () => {
  want(0, 30);
  pull.want(100, 101);
  pull.close();
  vi.advanceTimersByTime(100);
  expect(asked.every(({ signal }) => signal.aborted)).toBe(true);
  expect(asked).toHaveLength(3);
});
