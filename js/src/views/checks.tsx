/** Built-in doubt: what speaks for and against the map on show. */

import { useScope } from "./context";
import { Dialog } from "./dialog";
import { IconButton } from "./icons";
import { Notices } from "./notices";
import { Room } from "./room";
import { Working } from "./working";

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
