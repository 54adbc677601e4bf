/** What the tools on the image share: which one is chosen, where it is, and what is on its way to the kernel. */

import { type Signal, signal } from "@preact/signals";
import type { Box } from "../draw/box";
import type { Point } from "../draw/stroke";
import type { Brush, Edit, Edits } from "../records";
import { inParts, whyNotSent } from "../upload";
import { type Scope, useScope } from "./context";
import { EditQueue } from "./editqueue";
import { Gaze } from "./gaze";
import { tell } from "./tell";

export type Tool = "look" | "region" | Brush;

/** Smallest and largest radius of a brush, in pixels of the input. */
export const RADII = [1, 112] as const;

export interface ImageState {
  readonly tool: Signal<Tool>;
  readonly radius: Signal<number>;
  /** Where the brush is, in pixels of the input; `null` while it is not over the image. */
  readonly ring: Signal<Point | null>;
  /** From where "copy" takes: a place at first, and once a stroke has begun how far it lies from the brush. */
  readonly source: Signal<Point | null>;
  readonly offset: Signal<Point | null>;
  /** The rectangle while it is drawn, moved or resized. */
  readonly draft: Signal<Box | null>;
  /** Whether what adjusts the whole image is open. */
  readonly open: Signal<boolean>;
  readonly queue: EditQueue;
  readonly gaze: Gaze;
}

/** One for each view, kept by it. */
export function useImage(): ImageState {
  const scope = useScope();
  const { rooms } = scope.view;
  const known = rooms.get("image") as ImageState | undefined;
  if (known) return known;
  const made = createImage(scope);
  rooms.set("image", made);
  return made;
}

function createImage({ store, view }: Scope): ImageState {
  const queue: EditQueue = new EditQueue({
    send: (edit, file) => store.edit(edit, file && inParts(file)),
    done: (last) => {
      view.said.value = wordsFor(last, store.traits._edits.peek());
    },
    failed: (problem) => tell(view, problem),
  });
  return {
    tool: signal<Tool>("look"),
    radius: signal(12),
    ring: signal(null),
    source: signal(null),
    offset: signal(null),
    draft: signal(null),
    open: signal(false),
    queue,
    gaze: new Gaze(store.answers, () => queue.flying.peek() > 0 || queue.lag.peek() > 0),
  };
}

/** What was done, as it is read out. */
function wordsFor({ op }: Edit, { words = "", undo = 0 }: Edits): string {
  if (op === "undo") return words ? `Undone. Now: ${words}` : "Undone. The image is as it came.";
  if (op === "redo") return `Done again: ${words}`;
  // The number tells one stroke from the next, which may have the same words.
  return words ? `${words}, step ${undo}` : "Done.";
}

/** Choose a tool; a brush needs the picture that it paints on. */
export function choose({ view }: Scope, image: ImageState, tool: Tool): void {
  if (isBrush(tool)) view.original.value = false;
  image.tool.value = tool;
  image.ring.value = null;
  image.source.value = null;
  image.offset.value = null;
  image.draft.value = null;
}

export function isBrush(tool: Tool): tool is Brush {
  return tool !== "look" && tool !== "region";
}

/** Width and height of the network's input; `null` while nobody knows. */
export function sizeOf({ store }: Scope): Point | null {
  const [, height, width] = store.traits._about.value.input ?? [];
  return width && height ? [width, height] : null;
}

/** Let an image file take this one's place. */
export async function openFile({ view }: Scope, { queue }: ImageState, file: File): Promise<void> {
  const problem = whyNotSent(file);
  if (problem) return tell(view, problem);
  try {
    queue.post({ op: "open", name: file.name }, await file.arrayBuffer());
  } catch {
    tell(view, `${file.name} could not be read: open a file, not a folder.`);
  }
}

/** Whether the image can be edited; while nobody knows, it cannot. */
export function isAble({ store }: Scope): boolean {
  return store.traits._edits.value.able === true;
}

/** Why it cannot, or "". */
export function whyNot(scope: Scope): string {
  if (isAble(scope)) return "";
  return scope.store.traits._edits.value.why || "This image cannot be edited.";
}

/** Take a step back, or take it again, as far as there are any. */
export function step({ store }: Scope, { queue }: ImageState, op: "undo" | "redo"): void {
  const steps = store.traits._edits.peek()[op] ?? 0;
  if (queue.count(op) < steps) queue.post({ op });
}
