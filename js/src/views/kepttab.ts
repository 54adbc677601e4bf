/** Where the focus goes when the enlarged view is closed over a view that has no tiles. */

import { useEffect } from "preact/hooks";
import { useScope } from "./context";

/** When the enlarged view is closed here, the tab of the view below it gets the focus. */
export function useKeptTab(): void {
  const { store, view, root } = useScope();
  const enlarged = store.enlarged.value;
  useEffect(() => {
    if (enlarged !== null || !view.refocus.peek()) return;
    view.refocus.value = false;
    root.querySelector<HTMLElement>("[role=tab][aria-selected=true]")?.focus();
  }, [enlarged]);
}
