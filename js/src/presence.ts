/** Tells the kernel whether the page has a view of the scope: where no page has one, long jobs are for nobody. */

/** Milliseconds that a page may be without a view: hosts that move a cell take its view away and make another. */
export const GRACE = 300;

/**
 * `tell` is called with the number of views when the first comes and when the last is gone, until `signal` aborts.
 * Returns what to call when a view comes, which returns what to call when it goes.
 */
export function createPresence(tell: (views: number) => void, signal: AbortSignal): () => () => void {
  const views = new Set<object>();
  let told = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const report = (count: number) => {
    clearTimeout(timer);
    if (count > 0 === told > 0) return;
    told = count;
    tell(count);
  };
  window.addEventListener("pagehide", () => report(0), { signal });
  // A page may come back as it was left.
  window.addEventListener("pageshow", () => report(views.size), { signal });
  signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  return () => {
    const view = {};
    views.add(view);
    report(views.size);
    return () => {
      if (views.delete(view) && views.size === 0 && !signal.aborted) timer = setTimeout(report, GRACE, 0);
    };
  };
}
