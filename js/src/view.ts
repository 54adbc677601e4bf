/** What one view knows and nobody else: hover, focus, scroll and open dialogs are never traits. */

import { type Signal, signal } from "@preact/signals";
import type { Cell } from "./draw/query";
import type { Kept } from "./findings";
import type { ScopeModel } from "./model";
import type { Bytes, HeatMap } from "./records";

/** A place on a channel: `u` to the right, `v` down, both 0 to 1. */
export interface Spot {
  readonly channel: number;
  readonly u: number;
  readonly v: number;
}

/** A map that was held, over the image of which it was. */
export interface Held {
  readonly map: HeatMap;
  readonly picture: Bytes;
}

/** The tabs of the enlarged view: the channel, what in the image drives it, what would, how its cells came about. */
export type EnlargedTab = "Map" | "Pixels" | "Wants" | "Sum";

export interface ViewState {
  /** What the pointer is over, in the grid or in the enlarged view. */
  readonly hover: Signal<Spot | null>;
  /** What the pointer was over last. */
  readonly last: Signal<Spot | null>;
  /** What the enlarged view shows of the channel. */
  readonly tab: Signal<EnlargedTab>;
  /** Row and column of the cell whose sum is shown; `null`: the one in the middle. */
  readonly summed: Signal<Cell | null>;
  /** How the map was made before the pixels of a channel were asked for. */
  readonly before: Signal<Partial<ScopeModel> | null>;
  /** The checks were closed here: their button gets the focus back. */
  readonly rechecked: Signal<boolean>;
  /** Place in the order of the tile that has, or would get, the focus. */
  readonly focus: Signal<number>;
  /** The enlarged view was closed here, not from Python: its tile gets the focus back. */
  readonly refocus: Signal<boolean>;
  /** Opacity while its slider is dragged. */
  readonly dragged: Signal<number | null>;
  /** A map that is held beside the present one. */
  readonly held: Signal<Held | null>;
  /** Whether the original lies under the map, not the network's input. */
  readonly original: Signal<boolean>;
  readonly help: Signal<boolean>;
  /** Whether the panel fills the window. */
  readonly full: Signal<boolean>;
  /** What the pointer is over in a room, in words, or "". */
  readonly pointed: Signal<string>;
  /** Histograms that were kept, to compare others with them. */
  readonly kept: Signal<Kept | null>;
  /** A short word to the user, shown in the status line. */
  readonly notice: Signal<string>;
  /** The error that was dismissed; another one is shown again. */
  readonly dismissed: Signal<string>;
  /** What is read out to those who do not see the panel. */
  readonly said: Signal<string>;
  /** What rooms want to find again when they are reopened, by their names. */
  readonly rooms: Map<string, unknown>;
  /** How often the grid was painted, and of which layer it was last. */
  readonly painted: Signal<{ readonly times: number; readonly layer: string }>;
}

export function createView(): ViewState {
  return {
    hover: signal(null),
    last: signal(null),
    tab: signal("Map"),
    summed: signal(null),
    before: signal(null),
    rechecked: signal(false),
    focus: signal(0),
    refocus: signal(false),
    dragged: signal(null),
    held: signal(null),
    original: signal(false),
    help: signal(false),
    full: signal(false),
    pointed: signal(""),
    kept: signal(null),
    notice: signal(""),
    dismissed: signal(""),
    said: signal(""),
    rooms: new Map(),
    painted: signal({ times: 0, layer: "" }),
  };
}
