/** What can be done about pictures of what a channel wants. */

import type { Grow, WantsPicture } from "../ascent";
import { sentenceOf } from "../problem";
import type { Store } from "../state";
import type { Scope } from "./context";
import { download } from "./download";
import { decode } from "./picture";
import { tell } from "./tell";

/** Seeds end below this. */
const SEEDS = 2 ** 31;

/** Tell the kernel what becomes of them, and let them grow or rest. */
export function turn(store: Store, op: Grow): void {
  // The message first: whole pictures would not grow before they may.
  store.grow(op);
  store.set({ growing: op !== "cancel" });
}

/** Begin anew from other noise. */
export function reseed(store: Store): void {
  store.set({ wants_seed: Math.floor(Math.random() * SEEDS) });
  turn(store, "again");
}

/** Let a picture take the image's place, and show what the channel makes of it. */
export async function putUnder({ store, view, root }: Scope, { method, negative }: WantsPicture) {
  try {
    await store.edit({ op: "wanted", method, negative });
  } catch (reason) {
    tell(view, sentenceOf(reason));
    return;
  }
  if (view.tab.value === "Wants") {
    view.tab.value = "Map";
    // The button that was pressed is gone.
    root.querySelector<HTMLElement>("[role=dialog]")?.focus({ preventScroll: true });
  }
  // The kernel says at what size it was made, too: it is brought to that of the input.
  tell(view, `Under the microscope: ${store.traits._edits.peek().words}; Undo brings the image back.`);
}

/** Save a picture, pixel by pixel. */
export async function savePicture({ view }: Scope, layer: string, channel: number, picture: WantsPicture) {
  const { file, type, method, negative } = picture;
  try {
    const decoded = await decode(new Blob([file as BlobPart], { type }));
    const canvas = document.createElement("canvas");
    canvas.width = decoded.width;
    canvas.height = decoded.height;
    canvas.getContext("2d")?.drawImage(decoded, 0, 0);
    download(canvas, `${layer}-channel-${channel}-${negative ? "dislikes" : "wants"}-${method}.png`, view);
  } catch {
    tell(view, "This picture could not be decoded.");
  }
}
