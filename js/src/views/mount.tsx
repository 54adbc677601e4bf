/** Puts the panel into an element of the host, and takes it out again. */

import { render } from "preact";
import type { Store } from "../state";
import type { ViewState } from "../view";
import { ScopeContext } from "./context";
import { Panel } from "./panel";
import { followTheme } from "./theme";

/** Returns the undo, which may be called more than once. */
export function mount(el: HTMLElement, store: Store, view: ViewState): () => void {
  const root = document.createElement("div");
  root.className = "nnscope";
  root.setAttribute("role", "region");
  root.setAttribute("aria-label", "nnscope");
  root.dataset.lmSuppressShortcuts = "true";
  // JupyterLab's command mode looks at the element with the focus before it looks at what is around it.
  root.addEventListener("focusin", ({ target }) => {
    if (target instanceof HTMLElement) target.dataset.lmSuppressShortcuts = "true";
  });
  root.dataset.painted = "0";
  el.append(root);
  const unfollow = followTheme(root);
  render(
    <ScopeContext.Provider value={{ store, view, root }}>
      <Panel />
    </ScopeContext.Provider>,
    root,
  );
  return () => {
    unfollow();
    render(null, root);
    root.remove();
  };
}
