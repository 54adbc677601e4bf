/** A part of the panel whose code is fetched when it is first shown, and what stands in its place until then. */

import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { Lazy, Rooms, Tools } from "../findings";
import type { Store } from "../state";
import type { ViewState } from "../view";
import { useScope } from "./context";
import { Small } from "./controls";
import { tell } from "./tell";

const NEEDED = "This part needs a running kernel.";

interface RoomProps<T> {
  readonly from: Lazy<T>;
  /** Draws the part from what its code exports. */
  readonly children: (found: T) => ComponentChildren;
}

/** Something of the rooms. */
export function Room({ children }: Pick<RoomProps<Rooms>, "children">) {
  return <Fetched from={useScope().store.lazy}>{children}</Fetched>;
}

/** A view that is nothing without a part. */
export function Fetched<T>({ from, children }: RoomProps<T>) {
  const { store } = useScope();
  const { part, problem, load } = from;
  const there = part.value;
  const answering = store.answering.value;
  useEffect(() => {
    // Again when the kernel is back, but not when it is gone.
    if (!part.peek() && (answering || !problem.peek())) load().catch(() => {}); // `problem` tells
  }, [part, load, answering]);
  if (there) return <>{children(there)}</>;
  if (!problem.value) return <Waiting>Fetching this part from the kernel …</Waiting>;
  return <Failure sentence={answering ? problem.value : NEEDED} again={() => load().catch(() => {})} />;
}

/** What is being fetched, under the thin line: only once it has taken so long that it should be said. */
export function Waiting({ children }: { readonly children: ComponentChildren }) {
  return (
    <div class="nn-waiting" aria-busy="true">
      <div class="nn-progress" role="progressbar" aria-label="Waiting for the kernel" />
      <p class="nn-muted">{children}</p>
    </div>
  );
}

/** Why something is not there, and a way to try again. */
export function Failure({ sentence, again }: { readonly sentence: string; readonly again: () => void }) {
  return (
    <div class="nn-failure">
      <p role="alert">{sentence}</p>
      <Small onClick={again}>Try again</Small>
    </div>
  );
}

/** Do what the rooms know how to do, once they are there. */
export function withRooms(store: Store, view: ViewState, action: (rooms: Rooms) => void): void {
  store.lazy.load().then(action, () => tell(view, store.answering.value ? store.lazy.problem.value : NEEDED));
}

/** Do what the tools know how to do, once they are there. */
export function withTools(store: Store, view: ViewState, action: (tools: Tools) => void): void {
  store.tools
    .load()
    .then(action, () => tell(view, store.answering.value ? store.tools.problem.value : NEEDED));
}
