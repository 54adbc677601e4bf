/** Opens the checks of the map on show. */

import { useEffect, useRef } from "preact/hooks";
import { useScope } from "./context";
import { withTools } from "./room";

/** It gets the focus back from them. */
export function CheckButton() {
  const { store, view } = useScope();
  const button = useRef<HTMLButtonElement>(null);
  const open = store.traits.checks.value;
  useEffect(() => {
    if (open || !view.rechecked.peek()) return;
    view.rechecked.value = false;
    button.current?.focus({ preventScroll: true });
  }, [open, view]);
  return (
    <button
      ref={button}
      type="button"
      class="nn-small"
      aria-label="Check this map"
      title="How far can this map be trusted?"
      disabled={!store.laid.value}
      onClick={() => withTools(store, view, () => store.set({ checks: true }))}
    >
      Check
    </button>
  );
}
