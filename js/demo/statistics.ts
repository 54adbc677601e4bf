/** Histograms of the made-up network, counted as the kernel counts them. */

import { biasOf, kernelOf, specOf } from "./kernels";
import { type Encoded, encode, type LayerValues } from "./packets";

const BINS = 64;

export function statisticsPacket(
  layer: LayerValues,
  channels: readonly number[],
  target: number,
  epoch = 0,
): Encoded {
  const { info } = layer;
  const [only] = channels;
  const rows = valuesOf(layer, only, target).map(([kind, sentence, values]) => {
    const counted = count(values, only === undefined ? info.shape[0] : 1);
    const cut = kind === "activations" && info.kind === "ReLU";
    return {
      counts: counted.counts,
      facts: { kind, sentence, ...counted.facts, saturated: cut ? counted.zeros : null },
    };
  });
  const facts = {
    epoch,
    layer: info.name,
    channels,
    rows: rows.map((row) => row.facts),
    missing:
      info.kind === "Conv2d"
        ? []
        : [`${info.kind} has no weights that are multiplied: there is no histogram of them.`],
  };
  const counts = Float32Array.from(rows.flatMap((row) => [...row.counts]));
  return encode("statistics", facts, { counts }, { counts: [rows.length, BINS] });
}

type Values = readonly [kind: string, sentence: string, values: Float32Array];

function valuesOf({ info, values }: LayerValues, only: number | undefined, target: number): Values[] {
  const [outputs, height, width] = info.shape;
  const whose = only === undefined ? "" : `, channel ${only}`;
  const channels = only === undefined ? Array.from({ length: outputs }, (_, i) => i) : [only];
  const cells = height * width;
  const shown = only === undefined ? values : values.subarray(only * cells, (only + 1) * cells);
  const activations: Values = ["activations", `activations of ${info.name}${whose} on this image`, shown];
  const gradients: Values = [
    "gradients",
    `gradients of class ${target} at ${info.name}${whose}`,
    shown.map((value, i) => (1e-3 * Math.sin(i * (target + 1)) * value) / (1 + value * value)),
  ];
  if (info.kind !== "Conv2d") return [activations, gradients];
  const spec = specOf(info.name);
  const weights = Float32Array.from(
    channels.slice(0, 128).flatMap((channel) => [...kernelOf(spec, channel)]),
  );
  return [
    ["weights", `weights of ${info.name}${whose}`, weights],
    ["biases", `biases of ${info.name}${whose}`, Float32Array.from(channels, biasOf)],
    activations,
    gradients,
  ];
}

function count(all: Float32Array, channels: number) {
  const values = all.filter(Number.isFinite);
  const lo = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const hi = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const counts = new Float32Array(BINS);
  let [sum, squares, zeros] = [0, 0, 0];
  for (const value of values) {
    const bin = hi > lo ? Math.min(BINS - 1, Math.floor((BINS * (value - lo)) / (hi - lo))) : BINS / 2;
    (counts[bin] as number) += 1;
    sum += value;
    squares += value * value;
    zeros += Number(value === 0);
  }
  const mean = sum / values.length;
  const cells = all.length / channels;
  const dead = Array.from({ length: channels }, (_, c) => all.subarray(c * cells, (c + 1) * cells));
  const facts = {
    count: values.length,
    mean,
    std: Math.sqrt(Math.max(0, squares / values.length - mean * mean)),
    min: lo,
    max: hi,
    zero: zeros / values.length,
    dead: dead.filter((part) => part.every((value) => value === 0)).length,
    channels,
    nonfinite: all.length - values.length,
    ends: [lo, hi],
  };
  return { counts, facts, zeros };
}
