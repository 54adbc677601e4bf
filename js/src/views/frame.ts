/** Work put off to the next frame, or done at once; only the last piece of it is done. */

import { useEffect, useMemo } from "preact/hooks";

export function useFrame(): (work: () => void, atOnce?: boolean) => void {
  const slot = useMemo(() => ({ id: 0, work: null as (() => void) | null }), []);
  useEffect(() => () => cancelAnimationFrame(slot.id), [slot]);
  return (work, atOnce = false) => {
    if (atOnce) {
      cancelAnimationFrame(slot.id);
      slot.work = null;
      return work();
    }
    if (!slot.work) {
      slot.id = requestAnimationFrame(() => {
        const now = slot.work;
        slot.work = null;
        now?.();
      });
    }
    slot.work = work;
  };
}
