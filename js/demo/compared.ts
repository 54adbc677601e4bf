/** Two that are compared, as the kernel would: the values of the other, the difference, and the packets about them. */

import type { Other, SpecimenInfo } from "../src/records";
import type { FakeModel } from "./fakemodel";
import { type Encoded, encode, type LayerValues, quantise } from "./packets";

/** Traits on which it depends what is drawn. */
export const STATE = ["specimen", "against", "side"];

/** Traits of a scope with so many images, the second of which the first is compared with. */
export function comparedTraits(count = 2): Record<string, unknown> {
  const names = ["chelsea", "astronaut", "coffee", "rocket"].slice(0, count);
  const specimens = names.map((name) => ({ name, model: "Ripples", picture: new ArrayBuffer(0) }));
  const found = { _specimens: specimens, specimen: 0, against: 1, side: "this" };
  return { ...found, _other: { ...specimens[1], kind: "specimen" } };
}

/** Traits of a scope whose one image was edited. */
export const EDITED = {
  ...{ _specimens: [], specimen: 0, against: null, side: "this" },
  _other: { name: "made up", model: "Ripples", picture: new ArrayBuffer(0), kind: "before" },
};

/** The values of a layer on the side that the traits name. */
export function seen(layer: LayerValues, model: FakeModel): LayerValues {
  const side = (model.get("_other") as Other | undefined)?.kind ? model.get("side") : "this";
  const [one, another] = bothOf(layer, model);
  if (side === "difference") return { ...layer, values: one.map((value, i) => value - (another[i] ?? 0)) };
  return { ...layer, values: side === "other" ? another : one };
}

/** This and the other. */
function bothOf(layer: LayerValues, model: FakeModel): [Float32Array, Float32Array] {
  const [specimen, against] = [model.get("specimen") ?? 0, model.get("against") ?? 4];
  return [turned(layer, Number(specimen)), turned(layer, Number(against))];
}

/** The first specimen sees the layer as it is, each other one weaker, with some of it mirrored. */
function turned({ info, values }: LayerValues, specimen: number): Float32Array {
  if (specimen === 0) return values;
  const width = info.shape[2];
  const mirrored = (i: number) => values[i - (i % width) + width - 1 - (i % width)] ?? 0;
  return values.map((value, i) => (value + 0.4 * specimen * mirrored(i)) / (1 + 0.5 * specimen));
}

/** What Python says of the two once a trait of them has changed. */
export function turn(model: FakeModel): void {
  const specimens = model.get("_specimens") as SpecimenInfo[] | undefined;
  if (!specimens?.length) return;
  const [specimen, against] = [Number(model.get("specimen")), model.get("against") as number | null];
  const other = against === null ? {} : { ...specimens[against], kind: "specimen" };
  const picture = (model.get("side") === "other" ? other : specimens[specimen]) as SpecimenInfo;
  const { name, model: network } = specimens[specimen] as SpecimenInfo;
  const about = { ...(model.get("_about") as object), image: name, model: network };
  model.receive({ _other: other, _picture: picture?.picture ?? new ArrayBuffer(0), _about: about });
}

export function pairPacket(layer: LayerValues, model: FakeModel, channels: readonly number[]): Encoded {
  const [, height, width] = layer.info.shape;
  const cells = height * width;
  const [one, another] = bothOf(layer, model);
  const sides = { this: one, other: another, difference: one.map((value, i) => value - (another[i] ?? 0)) };
  const arrays: Record<string, Float32Array | Uint8Array> = {};
  const shapes: Record<string, number[]> = {};
  for (const [side, values] of Object.entries(sides)) {
    const parts = channels.map((c) => quantise(values.subarray(c * cells, (c + 1) * cells)));
    arrays[`${side}_tiles`] = Uint8Array.from(parts.flatMap(({ codes }) => [...codes]));
    arrays[`${side}_lo`] = Float32Array.from(parts, ({ lo }) => lo);
    arrays[`${side}_hi`] = Float32Array.from(parts, ({ hi }) => hi);
    shapes[`${side}_tiles`] = [channels.length, height, width];
  }
  const facts = { epoch: 0, layer: layer.info.name, channels: [...channels], size: [height, width] };
  return encode("pair", facts, arrays, shapes);
}

/** Of every layer a made-up row, of the channels of one layer numbers that fit its values. */
export function differencesPacket(
  layers: readonly LayerValues[],
  layer: LayerValues,
  model: FakeModel,
): Encoded {
  const [channels, height, width] = layer.info.shape;
  const cells = height * width;
  const [one, another] = bothOf(layer, model);
  const names = ["change", "correlation", "this_mean", "other_mean", "this_max", "other_max"];
  const columns = Object.fromEntries(names.map((name) => [name, new Float32Array(channels)]));
  for (let c = 0; c < channels; c++) {
    const [a, b] = [one, another].map((values) => values.subarray(c * cells, (c + 1) * cells));
    const row = numbersOf(a as Float32Array, b as Float32Array);
    names.forEach((name, i) => {
      (columns[name] as Float32Array)[c] = row[i] ?? Number.NaN;
    });
  }
  const rows = layers.map(({ info }, i) => ({
    ...{ name: info.name, change: 0.1 + 0.06 * i, correlation: 0.98 - 0.05 * i, cka: 0.99 - 0.04 * i },
    sentence: "",
  }));
  if (rows.length > 2)
    rows[1] = {
      ...{ ...(rows[1] as (typeof rows)[number]), change: null, correlation: null, cka: null },
      sentence: "The other network has no layer of this name.",
    } as never;
  const two = (model.get("_specimens") as SpecimenInfo[] | undefined)?.map(({ name }) => name) ?? [];
  const facts = {
    ...{ epoch: 0, layer: layer.info.name, names: two.slice(0, 2), layers: rows },
    images: two.length >= 3 ? two.length : 0,
  };
  return encode("differences", facts, columns);
}

/** Relative change, correlation, means and maxima of one channel. */
function numbersOf(a: Float32Array, b: Float32Array): number[] {
  const sum = (f: (i: number) => number) => a.reduce((total, _, i) => total + f(i), 0);
  const at = (values: Float32Array, i: number) => values[i] ?? 0;
  const [meanA, meanB] = [a, b].map((values) => values.reduce((total, value) => total + value, 0) / a.length);
  const [ma, mb] = [meanA ?? 0, meanB ?? 0];
  const norm = Math.sqrt(sum((i) => at(b, i) ** 2));
  const spread = Math.sqrt(sum((i) => (at(a, i) - ma) ** 2) * sum((i) => (at(b, i) - mb) ** 2));
  return [
    norm > 0 ? Math.sqrt(sum((i) => (at(a, i) - at(b, i)) ** 2)) / norm : Number.NaN,
    spread > 0 ? sum((i) => (at(a, i) - ma) * (at(b, i) - mb)) / spread : Number.NaN,
    ...[ma, mb, Math.max(...a), Math.max(...b)],
  ];
}
