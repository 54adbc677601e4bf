/**
 * The rooms' code: asked of the kernel when a room is first opened, and kept for this module.
 *
 * Jupyter imports one module per model, other hosts one for all. The rooms of one module are of no use to another:
 * they would hold that one's preact and signals.
 */

import { signal } from "@preact/signals";
import type { Lazy, Rooms } from "./findings";
import { SHARED } from "./shared";

type Fetch = () => Promise<Uint8Array>;

const REFUSED =
  "This page does not allow parts of the panel to be loaded (its content security policy); the other views work.";

let kept: { readonly fetch?: Fetch; readonly rooms: Promise<Rooms> } | null = null;
/** What was fetched, for another try to open it. */
let code: Uint8Array | null = null;

/** Have the rooms at hand, where they need not be fetched; `null` forgets them. */
export function provide(rooms: Rooms | null): void {
  kept = rooms && { rooms: Promise.resolve(rooms) };
  code = null;
}

/** The rooms of one scope; `fetch` brings their code. */
export function createLazy(fetch: Fetch): Lazy {
  const rooms = signal<Rooms | null>(null);
  const problem = signal("");
  const load = () => {
    problem.value = "";
    return opened(fetch).then(
      (found) => {
        rooms.value = found;
        return found;
      },
      (reason: Error) => {
        problem.value = reason.message;
        throw reason;
      },
    );
  };
  return { rooms, problem, load };
}

function opened(fetch: Fetch): Promise<Rooms> {
  kept ??= { fetch, rooms: run(fetch) };
  const now = kept;
  return now.rooms.catch((reason) => {
    if (kept === now) kept = null;
    if (now.fetch === fetch) throw reason;
    // The scope that asked may have been closed: ask for this one.
    return opened(fetch);
  });
}

/** Import the code as hosts import the panel itself: from an object URL. */
async function run(fetch: Fetch): Promise<Rooms> {
  code ??= await fetch();
  const url = URL.createObjectURL(new Blob([code as BlobPart], { type: "text/javascript" }));
  const { default: open } = await import(/* @vite-ignore */ url)
    .catch(() => {
      throw new Error(REFUSED);
    })
    .finally(() => URL.revokeObjectURL(url));
  code = null;
  return open(shared);
}

/** What stands for `require` in the rooms. */
export function shared(name: string): unknown {
  if (name in SHARED) return SHARED[name];
  throw new Error("This page shows a panel of another version; reload it.");
}
