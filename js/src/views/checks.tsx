/** Built-in doubt: what speaks for and against the map on show. */

import { useEffect, useRef } from "preact/hooks";
import { useScope } from "./context";
import { Dialog } from "./dialog";
import { IconButton } from "./icons";
import { Notices } from "./notices";
import { Room } from "./room";
import { Working } from "./working";

/** Opens the checks; it gets the focus back from them. */
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
      onClick={() => store.set({ checks: true })}
    >
      Check
    </button>
  );
}

export function Checks() {
  const { store, view } = useScope();
  const close = () => {
    view.rechecked.value = true;
    store.set({ checks: false });
  };
  return (
    <Dialog
      label="Checks"
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Escape") close();
      }}
    >
      <div class="nn-title">
        <strong>How far can this map be trusted?</strong>
        <div class="nn-tools">
          <Working />
          <IconButton icon="close" label="Close" onClick={close} />
        </div>
      </div>
      <Notices />
      <Room>{({ Findings }) => <Findings />}</Room>
    </Dialog>
  );
}
