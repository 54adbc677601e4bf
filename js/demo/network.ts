/** Graphs like those of real networks, with skips and concatenations, as a `network` packet tells of them. */

import { type Encoded, encode } from "./packets";

const TILE = 16;

interface Call {
  readonly kind: string;
  readonly shape: readonly number[];
  readonly from: readonly number[];
  readonly parameters?: number;
}

const FAMILIES: Record<string, string> = {
  Conv2d: "convolution",
  BatchNorm2d: "norm",
  ReLU: "activation",
  MaxPool2d: "pooling",
  AvgPool2d: "pooling",
  AdaptiveAvgPool2d: "pooling",
};

/** Writes down calls in the order in which they end, as the kernel does: a block comes after what is in it. */
class Trace {
  readonly nodes: Record<string, unknown>[] = [];
  readonly edges: [number, number][] = [];
  readonly #blocks: string[] = [];

  call(name: string, { kind, shape, from, parameters = 0 }: Call): number {
    this.#note(name, kind, shape, parameters, null);
    const to = this.nodes.length - 1;
    for (const source of from) this.edges.push([source, to]);
    return to;
  }

  /** A module with others inside; returns what `body` does: the call whose output it hands on. */
  block(name: string, kind: string, body: () => number): number {
    const first = this.nodes.length;
    this.#blocks.push(name);
    const last = body();
    this.#blocks.pop();
    const within = this.nodes.slice(first);
    const own = within.filter(({ inside }) => inside === null);
    const parameters = own.reduce((sum, node) => sum + Number(node.parameters), 0);
    this.#note(name, kind, this.shape(last), parameters, [first, this.nodes.length - 1]);
    return last;
  }

  shape(place: number): readonly number[] {
    return place < 0 ? [3, 224, 224] : (this.nodes[place]?.shape as number[]);
  }

  #note(name: string, kind: string, shape: readonly number[], parameters: number, inside: number[] | null) {
    const [, side = 0] = shape;
    const cells = shape.reduce((product, count) => product * count, 1);
    const viewable = shape.length === 3 && side > 1;
    this.nodes.push({
      ...{ name, kind, family: FAMILIES[kind] ?? "other", shape, parameters },
      multiply_adds: parameters * Math.max(1, side) ** 2,
      memory: 4 * cells,
      receptive_field: kind === "flatten" ? null : side > 7 ? [450 / side, 450 / side] : ["all", "all"],
      effective_stride: side > 0 ? [224 / side, 224 / side] : null,
      ...{ viewable, channel: viewable ? cells % (shape[0] ?? 1) : null, inside },
      block: this.#blocks.at(-1) ?? "",
    });
  }
}

function convolve(
  trace: Trace,
  name: string,
  from: number,
  channels: number,
  side: number,
  kernel = 3,
): number {
  const [inputs = 1] = trace.shape(from);
  const shape = [channels, side, side];
  const parameters = inputs * channels * kernel * kernel;
  return trace.call(name, { kind: "Conv2d", shape, parameters, from: [from] });
}

function normalise(trace: Trace, name: string, from: number): number {
  const shape = trace.shape(from);
  return trace.call(name, { kind: "BatchNorm2d", shape, parameters: 2 * (shape[0] ?? 0), from: [from] });
}

function same(trace: Trace, name: string, kind: string, from: readonly number[]): number {
  return trace.call(name, { kind, shape: trace.shape(from[0] ?? -1), from });
}

function stem(trace: Trace, prefix: string): number {
  const conv = convolve(trace, `${prefix}conv1`, -1, 64, 112, 7);
  const relu = same(trace, `${prefix}relu`, "ReLU", [normalise(trace, `${prefix}bn1`, conv)]);
  return trace.call(`${prefix}maxpool`, { kind: "MaxPool2d", shape: [64, 56, 56], from: [relu] });
}

function head(trace: Trace, from: number): void {
  const [channels = 0] = trace.shape(from);
  const pool = trace.call("avgpool", { kind: "AdaptiveAvgPool2d", shape: [channels, 1, 1], from: [from] });
  const flat = trace.call("flatten", { kind: "flatten", shape: [channels], from: [pool] });
  trace.call("fc", { kind: "Linear", shape: [1000], parameters: 1000 * (channels + 1), from: [flat] });
}

/** ResNet with bottlenecks: `[3, 4, 6, 3]` is ResNet-50, `[3, 8, 36, 3]` ResNet-152. */
export function resnet(depths: readonly number[]): Trace {
  const trace = new Trace();
  let at = stem(trace, "");
  depths.forEach((depth, stage) => {
    const [width, side] = [64 << stage, 56 >> stage];
    at = trace.block(`layer${stage + 1}`, "Sequential", () => {
      for (let i = 0; i < depth; i++)
        at = bottleneck(trace, `layer${stage + 1}.${i}`, at, width, side, i === 0);
      return at;
    });
  });
  head(trace, at);
  return trace;
}

function bottleneck(trace: Trace, name: string, from: number, width: number, side: number, first: boolean) {
  return trace.block(name, "Bottleneck", () => {
    let at = from;
    [width, width, 4 * width].forEach((channels, i) => {
      const conv = convolve(trace, `${name}.conv${i + 1}`, at, channels, side, i === 1 ? 3 : 1);
      at = normalise(trace, `${name}.bn${i + 1}`, conv);
      if (i < 2) at = same(trace, `${name}.relu${i === 0 ? "" : ":2"}`, "ReLU", [at]);
    });
    const skip = first
      ? trace.block(`${name}.downsample`, "Sequential", () => {
          const conv = convolve(trace, `${name}.downsample.0`, from, 4 * width, side, 1);
          return normalise(trace, `${name}.downsample.1`, conv);
        })
      : from;
    return same(trace, `${name}.relu:3`, "ReLU", [same(trace, `${name}.add`, "add", [at, skip])]);
  });
}

/** DenseNet, each of whose layers reads all before it: `[6, 12, 48, 32]` is DenseNet-201. */
export function densenet(depths: readonly number[]): Trace {
  const trace = new Trace();
  let at = trace.block("features", "Sequential", () => {
    let last = stem(trace, "features.");
    depths.forEach((depth, stage) => {
      last = denseBlock(trace, `features.denseblock${stage + 1}`, last, depth, 56 >> stage);
      const pooled = [(trace.shape(last)[0] ?? 0) >> 1, 28 >> stage, 28 >> stage];
      if (stage < depths.length - 1)
        last = trace.call(`features.pool${stage + 1}`, { kind: "AvgPool2d", shape: pooled, from: [last] });
    });
    return normalise(trace, "features.norm5", last);
  });
  at = same(trace, "relu", "relu", [at]);
  head(trace, at);
  return trace;
}

function denseBlock(trace: Trace, name: string, from: number, depth: number, side: number): number {
  const cat = (own: string, parts: readonly number[]) => {
    const channels = parts.reduce((sum, part) => sum + (trace.shape(part)[0] ?? 0), 0);
    return trace.call(`${own}.cat`, { kind: "cat", shape: [channels, side, side], from: parts });
  };
  return trace.block(name, "_DenseBlock", () => {
    const parts = [from];
    for (let i = 1; i <= depth; i++) {
      const own = `${name}.denselayer${i}`;
      const last = trace.block(own, "_DenseLayer", () => {
        let at = cat(own, parts);
        [128, 32].forEach((channels, j) => {
          const relu = same(trace, `${own}.relu${j + 1}`, "ReLU", [
            normalise(trace, `${own}.norm${j + 1}`, at),
          ]);
          at = convolve(trace, `${own}.conv${j + 1}`, relu, channels, side, 1 + 2 * j);
        });
        return at;
      });
      parts.push(last);
    }
    return cat(name, parts);
  });
}

export function networkPacket(trace = resnet([2, 2, 2, 2]), epoch = 0): Encoded {
  const pictured = trace.nodes.filter(({ viewable }) => viewable);
  const thumb = new Map(pictured.map((node, row) => [node, row]));
  const nodes = trace.nodes.map((node) => ({ ...node, thumb: thumb.get(node) ?? null }));
  const tiles = Uint8Array.from({ length: pictured.length * TILE * TILE }, (_, at) => {
    const [row, cell] = [Math.floor(at / TILE ** 2), at % TILE ** 2];
    const [x, y] = [(cell % TILE) - 8, Math.floor(cell / TILE) - 8];
    return 127 + 127 * Math.sin((x * Math.cos(row) + y * Math.sin(row)) / (1 + (row % 4) / 2));
  });
  const lo = new Float32Array(pictured.length);
  const hi = new Float32Array(pictured.length).fill(1);
  const own = trace.nodes.filter(({ inside }) => inside === null);
  const total = (name: string) => own.reduce((sum, node) => sum + Number(node[name]), 0);
  const totals = {
    ...{ parameters: total("parameters"), multiply_adds: total("multiply_adds"), memory: total("memory") },
  };
  const facts = { epoch, tile: [TILE, TILE], nodes, edges: trace.edges, totals };
  return encode("network", facts, { tiles, lo, hi }, { tiles: [pictured.length, TILE, TILE] });
}
