/** What every view can reach: the scope it shows, and its own state. */

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Store } from "../state";
import type { ViewState } from "../view";

export interface Scope {
  readonly store: Store;
  readonly view: ViewState;
  /** The element that holds the whole panel. */
  readonly root: HTMLElement;
}

export const ScopeContext = createContext<Scope | null>(null);

export function useScope(): Scope {
  const scope = useContext(ScopeContext);
  if (!scope) throw new Error("A view must stand inside the panel.");
  return scope;
}
