/** The traits of a scope, one line each, with the names they have in `widget/traits.py`. */

import type { Wanted } from "./ascent";
import type {
  About,
  Bytes,
  Colormap,
  Edits,
  Fill,
  LayerInfo,
  MethodInfo,
  Normalize,
  Other,
  Prediction,
  Side,
  Sort,
  SpecimenInfo,
  Style,
  View,
} from "./records";

export type { Bytes };

/** A packet's header, unchecked: `wire.ts` reads it. */
export type Header = Readonly<Record<string, unknown>>;

export interface ScopeModel {
  layer: string;
  /** What the right column shows. */
  view: View;
  channel: number | null;
  target: number | null;
  /** Class whose map is taken away from that of `target`. */
  versus: number | null;
  /** What the map explains in place of a class: a channel or a cell, as `draw/unit.ts` reads it; "" for a class. */
  unit: string;
  cam: boolean;
  method: string;
  map_style: Style;
  contours: boolean;
  checks: boolean;
  opacity: number;
  normalize: Normalize;
  colormap: Colormap;
  sort: Sort;
  smooth: boolean;
  tile: number;
  /** Which specimen is under the microscope, and with which it is compared: `null` is itself, before changes. */
  specimen: number;
  against: number | null;
  side: Side;
  /** Channels of a layer that are silenced, as `draw/silence.ts` reads it; "" for none. */
  silence: string;
  fill: Fill;
  /** Left, top, right, bottom in pixels of the network's input; empty for none. */
  region: readonly number[];
  /** Whether tiles are drawn as their part of the map. */
  shares: boolean;
  /** Values at the ends of the colours, held; empty: they follow `normalize`. */
  scale: readonly number[];
  /** Channels that are held in sight, as units. */
  pins: readonly string[];
  /** Whether the grid shows what each channel wants in place of its values. */
  wants: boolean;
  /** Whether the pictures of the enlarged channel grow; where not, they pause. */
  growing: boolean;
  /** Steps of gradient ascent of each of them, 1 to 4096. */
  wants_steps: number;
  /** Their height and width in pixels, 16 to 1024; 0: as it suits the network. */
  wants_size: number;
  /** Seed of their noise and random transformations. */
  wants_seed: number;
  layers: readonly LayerInfo[];
  predictions: readonly Prediction[];
  status: string;
  progress: number | null;
  error: string;
  _about: About;
  _labels: readonly string[];
  _methods: readonly MethodInfo[];
  _picture: Bytes;
  _original: Bytes;
  _header: Header;
  _tiles: Bytes;
  _map_header: Header;
  _map: Bytes;
  _checks_header: Header;
  _checks: Bytes;
  _specimens: readonly SpecimenInfo[];
  _other: Other;
  _edits: Edits;
  _effects_header: Header;
  _effects: Bytes;
  _wants_header: Header;
  _wants: Bytes;
  _wanted: Wanted;
}

const NOTHING = new ArrayBuffer(0);

/** What a trait holds before Python has said anything, or when a host loses it. */
export const DEFAULTS: Readonly<ScopeModel> = {
  layer: "",
  view: "channels",
  channel: null,
  target: null,
  versus: null,
  unit: "",
  cam: false,
  method: "gradcam",
  map_style: "paper",
  contours: false,
  checks: false,
  opacity: 0.5,
  normalize: "layer",
  colormap: "grey",
  sort: "index",
  smooth: false,
  tile: 64,
  specimen: 0,
  against: null,
  side: "this",
  silence: "",
  fill: "zero",
  region: [],
  shares: false,
  scale: [],
  pins: [],
  wants: false,
  growing: false,
  wants_steps: 128,
  wants_size: 0,
  wants_seed: 0,
  layers: [],
  predictions: [],
  status: "ready",
  progress: null,
  error: "",
  _about: {},
  _labels: [],
  _methods: [],
  _picture: NOTHING,
  _original: NOTHING,
  _header: {},
  _tiles: NOTHING,
  _map_header: {},
  _map: NOTHING,
  _checks_header: {},
  _checks: NOTHING,
  _specimens: [],
  _other: {},
  _edits: {},
  _effects_header: {},
  _effects: NOTHING,
  _wants_header: {},
  _wants: NOTHING,
  _wanted: {},
};

export const TRAIT_NAMES = Object.keys(DEFAULTS) as (keyof ScopeModel)[];

/** The part of anywidget's model that is used here. */
export interface HostModel {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  on(event: string, callback: HostCallback): void;
  off(event: string, callback: HostCallback): void;
  send(content: unknown, callbacks?: unknown, buffers?: readonly ArrayBuffer[]): void;
  /** Of some hosts, with the kernel in some of these. */
  readonly widget_manager?: { readonly kernel?: { readonly status?: string } | null };
}

export type HostCallback = (content?: unknown, buffers?: unknown) => void;
