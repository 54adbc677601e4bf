/** What the colours mean, in activation units, with zero marked. */

import { gradient, isDiverging, tableOf } from "../draw/colormap";
import { format } from "../draw/number";
import type { Colormap, Normalize } from "../records";
import type { Store } from "../state";
import { type Axis, axisOf, partOf } from "./axis";
import { useScope } from "./context";
import { Muted } from "./muted";
import { Slot } from "./slot";

/** The bar beside the controls: the scale of all tiles. */
export function ColourBar() {
  const { store } = useScope();
  const normalize = store.normalize.value;
  const colormap = store.colormap.value;
  const portions = portionAxis(store);
  const { axis, words } = portions
    ? { axis: portions, words: wordsOf(portions) }
    : normalize === "channel"
      ? ownScales(colormap)
      : oneScale(store, normalize);
  const difference = store.pictures.value?.side === "difference" && "difference";
  const held = store.held.value && "held";
  const name = ["Colours", difference && "of the difference", held].filter(Boolean).join(" ");
  return (
    <span class="nn-colours">
      <div
        class={`nn-colourbar${held ? " nn-held" : ""}`}
        role="img"
        aria-label={`${name} from ${words[0]} to ${words[1]}${axis.zero === null ? "" : ", zero marked"}`}
      >
        {difference && <b>{difference}</b>}
        <Muted>{words[0]}</Muted>
        <Strip axis={axis} colormap={colormap} direction="to right" />
        <Muted>{words[1]}</Muted>
      </div>
      <Slot>{({ Hold }) => <Hold />}</Slot>
    </span>
  );
}

function oneScale(store: Store, normalize: Normalize) {
  const axis = axisOf(store.range.value, normalize);
  return { axis, words: wordsOf(axis) };
}

function wordsOf({ lo, hi }: Axis): string[] {
  return [format(lo, 3), format(hi, 3)];
}

/** The scale of tiles that are parts of the map, in units of the map; `null` while they show values. */
export function portionAxis(store: Store): Axis | null {
  const end = store.portions.value?.end;
  return end === undefined ? null : { lo: -end, hi: end, zero: 0.5 };
}

/** Each tile has a scale of its own: numbers would be wrong for all but one. */
function ownScales(colormap: Colormap): { axis: Axis; words: string[] } {
  return isDiverging(colormap)
    ? { axis: { lo: -1, hi: 1, zero: 0.5 }, words: ["−m", "m of each channel"] }
    : { axis: { lo: 0, hi: 1, zero: null }, words: ["min", "max of each channel"] };
}

interface TallProps {
  readonly axis: Axis;
  readonly colormaps: readonly Colormap[];
  /** Whether its ends are held. */
  readonly held?: boolean;
}

/** The upright bar beside enlarged maps. Two strips on one axis when the overlay has colours of its own. */
export function TallBar({ axis, colormaps, held = false }: TallProps) {
  const [lo, hi] = [format(axis.lo, 3), format(axis.hi, 3)];
  return (
    <div
      class={`nn-tallbar${held ? " nn-held" : ""}`}
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
