/** Effects that do not wait for a frame, as those of `useSignalEffect` do. */

import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

/** Run `action` now and the moment a signal it read changes; it may return what is done before the next time. */
export function useEffectAtOnce(action: () => void): void {
  const latest = useRef(action);
  latest.current = action;
  useEffect(() => effect(() => latest.current()), []);
}
