/**
 * How a room asks the kernel one question at a time, and shows that it waits, what it got, or why it got nothing.
 *
 * ```tsx
 * const { value, stale, problem, retry } = useAnswer("statistics", { layer, channels: [3] });
 * if (problem) return <Failure sentence={problem} again={retry} />;
 * if (!value) return <Waiting>Counting …</Waiting>;
 * return <div class={stale ? "nn-stale" : undefined}>…</div>;
 * ```
 *
 * Another question calls the last one off. An answer is kept by its question and the network's state, so what
 * was asked before is there at once. An answer of another class or unit than the one that is explained now is
 * `stale`, and asked for again. While a new answer is under way the old one stays, as `stale`. To add a
 * kind of question: its answer in `Answered` (`findings.ts`), its reader in `wire/answer.ts`, or in `wire/compared.ts`
 * where the tools ask it.
 */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { fits } from "../draw/explained";
import type { Answered, Inquiry } from "../findings";
import { sentenceOf } from "../problem";
import { useScope } from "./context";

interface Answer<T> {
  /** The newest answer, perhaps to an earlier question; `null` until there is one. */
  readonly value: T | null;
  /** Whether it is the answer to an earlier question. */
  readonly stale: boolean;
  /** Why there is no answer, a sentence, or "". */
  readonly problem: string;
  retry(): void;
}

/** Milliseconds until a question is put again whose answer was of another class. */
const PAUSE = 250;

/** What a question is about, without what every question of a page has in common. */
type About = Partial<Pick<Inquiry, "layer" | "channels" | "cell" | "units" | "region" | "of">>;

/** The answer to a question; `null` asks nothing. */
export function useAnswer<W extends keyof Answered>(what: W, about: About | null): Answer<Answered[W]> {
  const { store } = useScope();
  const state = useSignal<Omit<Answer<Answered[W]>, "retry">>(NOTHING);
  const tries = useSignal(0);
  const epoch = store.pictures.value?.epoch ?? 0;
  const inquiry: Inquiry<W> | null = about && { what, epoch, layer: "", channels: [], ...about };
  const kept = inquiry && store.answers.kept(inquiry);
  useEffect(() => {
    if (!inquiry || kept) state.value = { ...NOTHING, value: kept ?? null };
    if (!inquiry || kept) return undefined;
    const controller = new AbortController();
    const { signal } = controller;
    state.value = { ...state.peek(), stale: true, problem: "" };
    let timer: ReturnType<typeof setTimeout> | undefined;
    const pull = (pause: number) =>
      store.answers.ask(inquiry, signal).then(
        (value) => {
          if (signal.aborted) return;
          const stale = !fits(inquiry, value);
          state.value = { value, stale, problem: "" };
          // Ever more seldom: what the kernel and the page explain may differ for long.
          if (stale) timer = setTimeout(pull, pause, 2 * pause);
        },
        (reason: Error) => {
          if (!signal.aborted) state.value = { ...NOTHING, problem: sentenceOf(reason) };
        },
      );
    void pull(PAUSE);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
    // The same words are the same question.
  }, [store, JSON.stringify(inquiry), tries.value]);
  const retry = () => {
    tries.value += 1;
  };
  const answering = store.answering.value;
  useEffect(() => {
    // The kernel is back.
    if (answering && state.peek().problem) retry();
  }, [answering]);
  return kept ? { value: kept, stale: false, problem: "", retry } : { ...state.value, retry };
}

const NOTHING = { value: null, stale: false, problem: "" } as const;
