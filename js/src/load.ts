/**
 * The code of the parts: asked of the kernel when one is first wanted, and kept for this module.
 *
 * Jupyter imports one module per model, other hosts one for all. The parts of one module are of no use to another:
 * they would hold that one's preact and signals.
 */

import { signal } from "@preact/signals";
import type { Lazy, Parts } from "./findings";
import { sentenceOf } from "./problem";
import { SHARED } from "./shared";

type Fetch = () => Promise<Uint8Array>;

const REFUSED =
  "This page does not allow parts of the panel to be loaded (its content security policy); the other views work.";

interface Kept {
  fetch?: Fetch;
  /** The part, or the promise of it. */
  opening?: Promise<unknown> | null;
  /** What was fetched, for another try to open it. */
  code?: Uint8Array | null;
}

const shelf = new Map<keyof Parts, Kept>();

/** Have parts at hand, where they need not be fetched; `null` forgets them all. */
export function provide(parts: Partial<Parts> | null): void {
  if (!parts) shelf.clear();
  for (const [name, part] of Object.entries(parts ?? {})) {
    shelf.set(name as keyof Parts, { opening: Promise.resolve(part) });
  }
}

/** A part, for one scope; `fetch` brings its code. */
export function createLazy<N extends keyof Parts>(name: N, fetch: Fetch): Lazy<Parts[N]> {
  const part = signal<Parts[N] | null>(null);
  const problem = signal("");
  const load = () => {
    const there = part.peek();
    if (there) return Promise.resolve(there);
    problem.value = "";
    return opened(name, fetch).then(
      (found) => {
        part.value = found as Parts[N];
        return found as Parts[N];
      },
      (reason: Error) => {
        problem.value = sentenceOf(reason);
        throw reason;
      },
    );
  };
  return { part, problem, load };
}

function opened(name: keyof Parts, fetch: Fetch): Promise<unknown> {
  const kept = shelf.get(name) ?? {};
  shelf.set(name, kept);
  if (!kept.opening) {
    kept.fetch = fetch;
    kept.opening = run(kept, fetch);
  }
  const { opening, fetch: asked } = kept;
  return opening.catch((reason) => {
    if (kept.opening === opening) kept.opening = null;
    if (asked === fetch) throw reason;
    // The scope that asked may have been closed: ask for this one.
    return opened(name, fetch);
  });
}

/** Import the code as hosts import the panel itself: from an object URL. */
async function run(kept: Kept, fetch: Fetch): Promise<unknown> {
  kept.code ??= await fetch();
  const url = URL.createObjectURL(new Blob([kept.code as BlobPart], { type: "text/javascript" }));
  const { default: open } = await import(/* @vite-ignore */ url)
    .catch(() => {
      throw new Error(REFUSED);
    })
    .finally(() => URL.revokeObjectURL(url));
  kept.code = null;
  return open(shared);
}

/** What stands for `require` in the parts. */
export function shared(name: string): unknown {
  if (name in SHARED) return SHARED[name];
  throw new Error("This page shows a panel of another version; reload it.");
}
