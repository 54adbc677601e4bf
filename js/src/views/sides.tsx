/** Which of the two that are compared is drawn, or their difference. */

import { useEffect } from "preact/hooks";
import { namesOf, shortened, sideWords } from "../draw/names";
import type { Side } from "../records";
import type { Store } from "../state";
import { useScope } from "./context";
import { Choice } from "./controls";

const SIDES: readonly Side[] = ["this", "other", "difference"];

/** What this and the other are called. */
export function namesIn({ traits }: Store): readonly [string, string] {
  return namesOf(traits._specimens.value, traits.specimen.value, traits._other.value);
}

/** This and the other as they stand beside each other: before and after as they came about. */
export function inOrder<T>({ traits }: Store, [one, another]: readonly [T, T]): readonly [T, T] {
  return traits._other.value.kind === "before" ? [another, one] : [one, another];
}

/** Two numbers in that order; an arrow leads only from before to after. */
export function both(store: Store, numbers: readonly [string, string]): string {
  return inOrder(store, numbers).join(store.traits._other.value.kind === "before" ? " \u2192 " : " \u00b7 ");
}

export function Sides() {
  const { store } = useScope();
  return store.traits._other.value.kind ? <Choices /> : null;
}

function Choices() {
  const { store } = useScope();
  useBlink();
  const names = namesIn(store);
  const words = [...shortened(names), "difference"];
  const sides = words.indexOf("difference") < 2 ? ["A", "B", "difference"] : words;
  return (
    <Choice
      label="Side"
      words={sides}
      value={sides[SIDES.indexOf(store.traits.side.value)] ?? ""}
      title={`${names[0]}, ${names[1]}, or ${names[0]} − ${names[1]}. The key b changes between the two`}
      onChange={(word) => store.set({ side: SIDES[sides.indexOf(word)] ?? "this" })}
    />
  );
}

/** The key b shows the other, and this again, unless something is typed. */
function useBlink(): void {
  const { store, root } = useScope();
  useEffect(() => {
    const controller = new AbortController();
    root.addEventListener(
      "keydown",
      (event) => {
        const plain = !event.altKey && !event.ctrlKey && !event.metaKey && !event.isComposing;
        if (event.key !== "b" || !plain || typesInto(event.target)) return;
        event.preventDefault();
        event.stopPropagation();
        store.set({ side: store.traits.side.peek() === "other" ? "this" : "other" });
      },
      { signal: controller.signal },
    );
    return () => controller.abort();
  }, [store, root]);
}

function typesInto(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input:not([type=range]), textarea, select") !== null;
}

/** Before what is read: whose values they are, where it is not this. */
export function SideName() {
  const { store } = useScope();
  const words = sideWords(store.pictures.value?.side ?? "this", namesIn(store));
  if (!words) return null;
  return (
    <>
      <b class="nn-side">{words}</b>
      {" · "}
    </>
  );
}
