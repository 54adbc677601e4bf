/** A made-up network on a made-up image: enough to see and to test the panel without Python. */

import type { Family, LayerInfo } from "../src/records";
import type { Specimen } from "./fakekernel";
import { parametersOf } from "./kernels";
import { METHODS } from "./methods";
import type { LayerValues } from "./packets";

const KINDS: readonly (readonly [string, Family])[] = [
  ["Conv2d", "convolution"],
  ["BatchNorm2d", "norm"],
  ["ReLU", "activation"],
];

/** Each block halves the picture: channels and side. */
const BLOCKS = [
  [16, 56],
  [32, 28],
  [144, 28],
  [512, 14],
  [2048, 7],
] as const;

export function madeUp(): Specimen {
  const layers = BLOCKS.flatMap(([channels, side], block) =>
    KINDS.map(([kind, family]) =>
      makeLayer(`blocks.${block}.${kind.toLowerCase()}`, kind, family, channels, side, block),
    ),
  );
  return { layers, traits: traitsOf(layers[0]?.info.name ?? "") };
}

/** Ripples of one direction and wavelength a channel; channel 3 is dead, channel 5 constant, channel 7 holds a NaN. */
export function makeLayer(
  name: string,
  kind: string,
  family: Family,
  channels: number,
  side: number,
  seed = 0,
): LayerValues {
  const values = new Float32Array(channels * side * side);
  for (let c = 0; c < channels; c++) {
    const [turn, wave] = [c * 2.4 + seed, 2 + (c % 9)];
    const [dx, dy] = [Math.cos(turn) / wave, Math.sin(turn) / wave];
    for (let i = 0; i < side * side; i++) {
      const [x, y] = [(i % side) - side / 2, Math.floor(i / side) - side / 2];
      const bell = Math.exp((-3 * (x * x + y * y)) / (side * side));
      const value = (1 + (c % 5)) * bell * Math.sin((x * dx + y * dy) * 4);
      values[c * side * side + i] = family === "activation" ? Math.max(0, value) : value;
    }
  }
  oddities(values, side * side);
  const info: LayerInfo = {
    name,
    kind,
    family,
    shape: [channels, side, side],
    receptive_field: [11, 11],
    effective_stride: [224 / side, 224 / side],
    receptive_start: [-5, -5],
    parameters: parametersOf(name, kind, channels),
    asked: "",
  };
  return { info, values };
}

function oddities(values: Float32Array, cells: number): void {
  values.fill(0, 3 * cells, 4 * cells);
  values.fill(0.25, 5 * cells, 6 * cells);
  values[7 * cells] = Number.NaN;
}

const ABOUT = {
  model: "Ripples",
  image: "made up",
  original: null,
  input: [3, 224, 224],
  transform: "224 × 224, as it is",
  assumption: "",
  crop: null,
  note: "A made-up network: nothing here was computed by one.",
  explains: true,
};

function traitsOf(layer: string): Record<string, unknown> {
  const labels = ["Egyptian cat", "tiger cat", "tabby", "lynx", "plastic bag", "espresso"];
  const shares = [0.393, 0.233, 0.219, 0.056, 0.003];
  const predictions = shares.map((probability, index) => ({
    index,
    label: labels[index] ?? "",
    logit: Math.log(probability) + 9,
    probability,
  }));
  return {
    layer,
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
    predictions,
    status: "ready",
    progress: null,
    error: "",
    _labels: labels,
    _methods: METHODS,
    _about: ABOUT,
    _picture: new ArrayBuffer(0),
    _original: new ArrayBuffer(0),
    _header: {},
    _tiles: new ArrayBuffer(0),
    _map_header: {},
    _map: new ArrayBuffer(0),
    _checks_header: {},
    _checks: new ArrayBuffer(0),
    _edits: { undo: 0, redo: 0, words: "", able: true, why: "" },
  };
}
