/** What the colours mean, in activation units, with zero marked. */

import { gradient, isDiverging, tableOf } from "../draw/colormap";
import { format } from "../draw/number";
import type { Colormap, Normalize } from "../records";
import type { Store } from "../state";
import { type Axis, axisOf, partOf } from "./axis";
import { useScope } from "./context";
import { Muted } from "./muted";

/** The bar beside the controls: the scale of all tiles. */
export function ColourBar() {
  const { store } = useScope();
  const normalize = store.traits.normalize.value;
  const colormap = store.traits.colormap.value;
  const { axis, words } = normalize === "channel" ? ownScales(colormap) : oneScale(store, normalize);
  return (
    <div
      class="nn-colourbar"
      role="img"
      aria-label={`Colours from ${words[0]} to ${words[1]}${axis.zero === null ? "" : ", zero marked"}`}
    >
      <Muted>{words[0]}</Muted>
      <Strip axis={axis} colormap={colormap} direction="to right" />
      <Muted>{words[1]}</Muted>
    </div>
  );
}

function oneScale(store: Store, normalize: Normalize) {
  const axis = axisOf(store.range.value, normalize);
  return { axis, words: [format(axis.lo, 3), format(axis.hi, 3)] };
}

/** Each tile has a scale of its own: numbers would be wrong for all but one. */
function ownScales(colormap: Colormap): { axis: Axis; words: string[] } {
  return isDiverging(colormap)
    ? { axis: { lo: -1, hi: 1, zero: 0.5 }, words: ["−m", "m of each channel"] }
    : { axis: { lo: 0, hi: 1, zero: null }, words: ["min", "max of each channel"] };
}

/** The upright bar beside enlarged maps. Two strips on one axis when the overlay has colours of its own. */
export function TallBar({ axis, colormaps }: { axis: Axis; colormaps: readonly Colormap[] }) {
  const [lo, hi] = [format(axis.lo, 3), format(axis.hi, 3)];
  return (
    <div
      class="nn-tallbar"
      role="img"
      aria-label={`Colours from ${lo} to ${hi}${axis.zero === null ? "" : ", zero marked"}`}
    >
      <div class="nn-strips">
        {colormaps.map((colormap) => (
          <Strip key={colormap} axis={axis} colormap={colormap} direction="to top" />
        ))}
      </div>
      <div class="nn-ticks nn-muted">
        <span style={{ top: "0" }}>{hi}</span>
        {axis.zero !== null && axis.zero > 0.06 && axis.zero < 0.94 && (
          <span style={{ top: `${100 * (1 - axis.zero)}%` }}>0</span>
        )}
        <span style={{ top: "100%" }}>{lo}</span>
      </div>
    </div>
  );
}

interface StripProps {
  readonly axis: Axis;
  readonly colormap: Colormap;
  readonly direction: "to right" | "to top";
}

export function Strip({ axis, colormap, direction }: StripProps) {
  const background = gradient(tableOf(colormap), direction, ...partOf(axis, colormap));
  const at = axis.zero === null ? null : `${100 * axis.zero}%`;
  return (
    <span class="nn-strip" style={{ background }} title={colormap}>
      {at !== null && <i class="nn-zero" style={direction === "to right" ? { left: at } : { bottom: at }} />}
    </span>
  );
}
