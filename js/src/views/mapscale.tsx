/** What the colours of the map mean, and why it should not be trusted. */

import { coloursOfMap } from "../draw/heat";
import { format } from "../draw/number";
import type { MapPicture } from "../records";
import type { Axis } from "./axis";
import { Strip } from "./colourbar";
import { useScope } from "./context";

export function MapScale() {
  const { store } = useScope();
  const map = store.laid.value;
  if (!map) return null;
  const axis = axisOfMap(map);
  const [lo, hi] = [format(axis.lo, 3), format(axis.hi, 3)];
  const empty = axis.lo >= axis.hi;
  return (
    <>
      <div
        class="nn-mapscale"
        role="img"
        aria-label={
          empty
            ? "An empty map"
            : `The map's scale: ${lo} to ${hi}${map.signed ? ", zero in the middle" : ""}`
        }
      >
        <Strip axis={axis} colormap={coloursOfMap(map)} direction="to right" />
        <div class="nn-mapends nn-muted">
          <span>{lo}</span>
          {(map.signed || empty) && <span>{empty ? "an empty map" : "0"}</span>}
          <span>{hi}</span>
        </div>
      </div>
      {map.doubt && <p class="nn-doubt">{map.doubt}</p>}
    </>
  );
}

/** How much of the map is there, as long as it is not all. */
export function Part() {
  const done = useScope().store.laid.value?.done ?? 1;
  return done < 1 ? (
    <span class="nn-part" title="The map is not whole">{`${Math.round(100 * done)} %`}</span>
  ) : null;
}

export function axisOfMap({ ends: [lo, hi], signed }: MapPicture): Axis {
  return { lo, hi, zero: signed && hi > lo ? 0.5 : null };
}
