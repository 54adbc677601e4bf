/** One tab stop among many alike, which the arrows move. */

import { useSignal } from "@preact/signals";
import { clamp } from "../draw/layout";

/** What may have the focus among them. */
const STOPS = "[data-stop]";

/** Which of the stops is in the tab order, and the handler of what holds them all. */
export function useRoving() {
  const place = useSignal(0);
  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLElement }) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const stops = [...event.currentTarget.querySelectorAll<HTMLElement>(STOPS)];
    const at = stops.indexOf((event.target as Element).closest(STOPS) as HTMLElement);
    const next = at < 0 ? undefined : movesOf(stops, at)[event.key];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    place.value = clamp(next, 0, stops.length - 1);
    stops[place.value]?.focus();
  };
  const tabOf = (index: number, count: number) => (index === Math.min(place.value, count - 1) ? 0 : -1);
  return { onKeyDown, tabOf };
}

/** Where each key leads: up and down by as many as stand in a row. */
function movesOf(stops: readonly HTMLElement[], at: number): Record<string, number> {
  const columns = stops.filter((stop) => stop.offsetTop === stops[0]?.offsetTop).length;
  const row = (by: number) => (at + by < 0 || at + by >= stops.length ? at : at + by);
  return {
    ArrowLeft: at - 1,
    ArrowRight: at + 1,
    ArrowUp: row(-columns),
    ArrowDown: row(columns),
    Home: 0,
    End: stops.length - 1,
  };
}
