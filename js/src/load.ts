/** The rooms' code: asked of the kernel when a room is first opened, and kept for the page. */

import { signal } from "@preact/signals";
import type { Lazy, Rooms } from "./findings";
import { SHARED } from "./shared";

let kept: Promise<Rooms> | null = null;

/** Have the rooms at hand, where they need not be fetched; `null` forgets them. */
export function provide(rooms: Rooms | null): void {
  kept = rooms && Promise.resolve(rooms);
}

/** The rooms of one scope; `fetch` brings their code. */
export function createLazy(fetch: () => Promise<Uint8Array>): Lazy {
  const rooms = signal<Rooms | null>(null);
  const problem = signal("");
  const load = async () => {
    problem.value = "";
    kept ??= fetch().then(run);
    const mine = kept;
    try {
      rooms.value = await mine;
      return rooms.value;
    } catch (reason) {
      if (kept === mine) kept = null;
      problem.value = reason instanceof Error ? reason.message : String(reason);
      throw reason;
    }
  };
  return { rooms, problem, load };
}

/** Import the code as hosts import the panel itself: from an object URL. */
async function run(code: Uint8Array): Promise<Rooms> {
  // A copy of exactly these bytes: the packet they came in may be part of a larger buffer.
  const url = URL.createObjectURL(new Blob([code.slice()], { type: "text/javascript" }));
  try {
    const { default: open } = await import(/* @vite-ignore */ url);
    return open(shared);
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** What stands for `require` in the rooms. */
export function shared(name: string): unknown {
  if (name in SHARED) return SHARED[name];
  throw new Error("This page shows a panel of another version; reload it.");
}
