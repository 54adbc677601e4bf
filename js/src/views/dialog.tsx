/** What stands over the panel: the only thing that casts a shadow. */

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { useScope } from "./context";

interface Props {
  readonly label: string;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly children: ComponentChildren;
}

export function Dialog({ label, onKeyDown, children }: Props) {
  const { root } = useScope();
  const dialog = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => focusFromWithin(root, dialog.current), [root]);
  return (
    <div class="nn-over">
      <div
        ref={dialog}
        class="nn-dialog"
        role="dialog"
        aria-label={label}
        tabIndex={-1}
        onKeyDown={onKeyDown}
      >
        {children}
      </div>
    </div>
  );
}

/** Take the focus, but not from a cell of the notebook in which the user is typing. */
function focusFromWithin(root: HTMLElement, dialog: HTMLElement | null): void {
  const page = root.getRootNode() as Document | ShadowRoot;
  const active = page.activeElement;
  if (!active || active === document.body || root.contains(active)) dialog?.focus({ preventScroll: true });
}
