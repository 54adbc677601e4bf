/** What the tools on the image do by themselves: follow the image, tell the root, listen for keys. */

import { useSignalEffect } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { useEffectAtOnce } from "./atonce";
import type { Scope } from "./context";
import { choose, type ImageState, isAble, isBrush, step } from "./imagestate";

export function useImageEffects(scope: Scope, image: ImageState): void {
  const { store, view, root } = scope;
  const { queue, tool } = image;
  useEffectAtOnce(() => {
    root.dataset.painting = String(queue.flying.value);
    root.dataset.lag = String(queue.lag.value);
  });
  useSignalEffect(() => {
    const useless = view.original.value || !isAble(scope);
    if (useless && isBrush(tool.value)) choose(scope, image, "look");
  });
  useOtherHands(scope, image);
  useKeys(scope, image);
  useEffect(() => () => queue.clear(), [queue]);
  useEffect(() => {
    return () => {
      delete root.dataset.painting;
      delete root.dataset.lag;
    };
  }, [root, store]);
}

/** The image was changed from Python, or in another view: a slider must not go on from there. */
function useOtherHands({ store }: Scope, { queue }: ImageState): void {
  const known = useMemo(() => ({ edits: "", specimen: store.traits.specimen.peek() }), [store]);
  // At once: a frame later, an answer could no longer be told from what others did.
  useEffectAtOnce(() => {
    const specimen = store.traits.specimen.value;
    const edits = JSON.stringify(store.traits._edits.value);
    if (specimen !== known.specimen) queue.clear();
    // What changes while a message is under way is the answer to it.
    else if (edits !== known.edits && queue.flying.value === 0) queue.forget();
    Object.assign(known, { edits, specimen });
  });
}

/** Ctrl or Cmd with Z, Shift+Z, Y; where text is typed they are the text's. */
function useKeys(scope: Scope, image: ImageState): void {
  const { root } = scope;
  useEffect(() => {
    const controller = new AbortController();
    const onKey = (event: KeyboardEvent) => {
      const op = opOf(event);
      if (!op || isText(event.target) || !isAble(scope)) return;
      event.preventDefault();
      event.stopPropagation();
      // A held key takes the next step when the last one is done.
      if (!event.repeat || image.queue.flying.peek() === 0) step(scope, image, op);
    };
    root.addEventListener("keydown", onKey, { signal: controller.signal });
    return () => controller.abort();
  }, [root, image]);
}

function opOf({ key, ctrlKey, metaKey, shiftKey, altKey }: KeyboardEvent): "undo" | "redo" | null {
  if (altKey || ctrlKey === metaKey) return null;
  const letter = key.toLowerCase();
  if (letter === "z") return shiftKey ? "redo" : "undo";
  return letter === "y" && ctrlKey && !shiftKey ? "redo" : null;
}

/** Inputs in which nothing is typed. */
const NO_TEXT = ["range", "checkbox", "radio", "file", "button"];

function isText(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !NO_TEXT.includes(target.type);
  return target instanceof HTMLTextAreaElement || (target instanceof HTMLElement && target.isContentEditable);
}
