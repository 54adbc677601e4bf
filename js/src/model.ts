/** The traits of a scope, one line each, with the names they have in `widget/traits.py`. */

import type {
  About,
  Colormap,
  LayerInfo,
  MethodInfo,
  Normalize,
  Prediction,
  Sort,
  Style,
  View,
} from "./records";

/** Bytes as hosts hand them over: a view in most, a bare buffer or a typed array in some. */
export type Bytes = DataView | ArrayBuffer | ArrayBufferView;

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
};

export const TRAIT_NAMES = Object.keys(DEFAULTS) as (keyof ScopeModel)[];

/** The part of anywidget's model that is used here. */
export interface HostModel {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  on(event: string, callback: HostCallback): void;
  off(event: string, callback: HostCallback): void;
  send(content: unknown): void;
}

export type HostCallback = (content?: unknown, buffers?: unknown) => void;
