/** Kernels of the made-up network: little gratings, each of a direction of its own. */

import { type Encoded, encode, type LayerValues } from "./packets";

export interface KernelSpec {
  readonly inputs: number;
  readonly groups: number;
  readonly size: readonly [number, number];
}

/** Of each block: a first layer on three colours, a plain one, a depthwise, a pointwise and a grouped one. */
const SPECS: readonly KernelSpec[] = [
  { inputs: 3, groups: 1, size: [7, 7] },
  { inputs: 16, groups: 1, size: [3, 3] },
  { inputs: 1, groups: 144, size: [3, 3] },
  { inputs: 144, groups: 1, size: [1, 1] },
  { inputs: 128, groups: 4, size: [3, 3] },
];

export function specOf(layer: string): KernelSpec {
  const block = Number(/^blocks\.(\d+)\./.exec(layer)?.[1] ?? 1);
  return SPECS[block] ?? (SPECS[1] as KernelSpec);
}

/** Parameters of a layer of the made-up network. */
export function parametersOf(layer: string, kind: string, outputs: number): number {
  const { inputs, size } = specOf(layer);
  if (kind === "Conv2d") return outputs * (inputs * size[0] * size[1] + 1);
  return kind === "BatchNorm2d" ? 2 * outputs : 0;
}

/** The weights of one output channel, `[inputs, height, width]`. */
export function kernelOf({ inputs, size: [height, width] }: KernelSpec, output: number): Float32Array {
  const cells = height * width;
  const turn = output * 2.4;
  return Float32Array.from({ length: inputs * cells }, (_, at) => {
    const input = Math.floor(at / cells);
    const [y, x] = [Math.floor((at % cells) / width) - (height - 1) / 2, (at % width) - (width - 1) / 2];
    const bell = Math.exp((-2 * (x * x + y * y)) / (cells + 1));
    const phase =
      (x * Math.cos(turn) + y * Math.sin(turn)) * (9 / (width + 2)) +
      output +
      0.7 * input * (1 + (output % 3));
    return (0.6 * bell * Math.cos(phase)) / Math.sqrt(inputs + (output % 5));
  });
}

export function biasOf(output: number): number {
  return 0.1 * Math.sin(3 * output);
}

/** Number of the first input channel of an output channel. */
export function firstInput({ inputs, groups }: KernelSpec, output: number, outputs: number): number {
  return Math.floor((output * groups) / outputs) * inputs;
}

/** Smallest and largest weight, over the first few outputs: the others are alike. */
function sharedOf(spec: KernelSpec, outputs: number): [number, number] {
  const some = Array.from({ length: Math.min(16, outputs) }, (_, output) => kernelOf(spec, output));
  const fold = (pick: (a: number, b: number) => number) =>
    some.flatMap((kernel) => [...kernel]).reduce((a, b) => pick(a, b));
  return [fold(Math.min), fold(Math.max)];
}

export function kernelsPacket({ info }: LayerValues, channels: readonly number[], epoch = 0): Encoded {
  const spec = specOf(info.name);
  const [outputs] = info.shape;
  const weights = Float32Array.from(channels.flatMap((channel) => [...kernelOf(spec, channel)]));
  const facts = {
    epoch,
    layer: info.name,
    channels,
    size: spec.size,
    inputs: spec.inputs,
    outputs,
    groups: spec.groups,
    transposed: false,
    shared: sharedOf(spec, outputs),
    colour: spec.inputs === 3,
    note: "",
  };
  const bias = Float32Array.from(channels, biasOf);
  const first = Float32Array.from(channels, (channel) => firstInput(spec, channel, outputs));
  const shapes = { weights: [channels.length, spec.inputs, ...spec.size] };
  return encode("kernels", facts, { weights, bias, first }, shapes);
}
