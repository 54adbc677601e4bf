/** What the made-up kernel tells of channels: those held in sight, those that answer to a region, their effects. */

import { unitOf } from "../src/draw/unit";
import { effectOf } from "./altered";
import { type Encoded, encode, type LayerValues, quantise } from "./packets";

type Find = (name: unknown) => LayerValues | undefined;

const TILE = 28;
const PIXELS = 224;

/** One channel at the size of the tiles of a list. */
function tileOf({ info, values }: LayerValues, channel: number) {
  const [, height, width] = info.shape;
  const own = values.subarray(channel * height * width, (channel + 1) * height * width);
  const at = (i: number, side: number) => Math.floor(((i + 0.5) * side) / TILE);
  const cells = Float32Array.from(
    { length: TILE * TILE },
    (_, i) => own[at(Math.floor(i / TILE), height) * width + at(i % TILE, width)] ?? 0,
  );
  return { own, ...quantise(cells) };
}

function tiled(
  kind: string,
  facts: object,
  channels: readonly (readonly [LayerValues, number])[],
  more = {},
) {
  const tiles = channels.map(([layer, channel]) => tileOf(layer, channel));
  const arrays = {
    tiles: Uint8Array.from(tiles.flatMap(({ codes }) => [...codes])),
    lo: Float32Array.from(tiles, ({ lo }) => lo),
    hi: Float32Array.from(tiles, ({ hi }) => hi),
    ...more,
  };
  return encode(kind, { tile: [TILE, TILE], ...facts }, arrays, { tiles: [channels.length, TILE, TILE] });
}

export function pinsPacket(find: Find, units: readonly string[]): Encoded {
  const known = units.flatMap((text) => {
    const unit = unitOf(text);
    const layer = unit && find(unit.layer);
    return unit && layer && unit.channel < layer.info.shape[0]
      ? [{ text, source: layer, layer: unit.layer, channel: unit.channel }]
      : [];
  });
  const rows = known.map(({ text, source, layer, channel }) => {
    const own = tileOf(source, channel).own.filter(Number.isFinite);
    return {
      unit: text,
      layer,
      channel,
      min: own.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
      max: own.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
      mean: own.reduce((a, b) => a + b, 0) / own.length,
    };
  });
  return tiled(
    "pins",
    { rows },
    known.map(({ source, channel }) => [source, channel] as const),
  );
}

interface Response {
  readonly score: number;
  readonly inside: number;
  readonly outside: number;
}

/** Means of a channel over the cells whose middles lie in the box, and over the others. */
function responseOf({ info, values }: LayerValues, channel: number, box: readonly number[]): Response {
  const [, height, width] = info.shape;
  const [left = 0, top = 0, right = 0, bottom = 0] = box;
  const parts: [number[], number[]] = [[], []];
  for (let i = 0; i < height * width; i++) {
    const [x, y] = [
      (((i % width) + 0.5) * PIXELS) / width,
      ((Math.floor(i / width) + 0.5) * PIXELS) / height,
    ];
    const within = x >= left && x < right && y >= top && y < bottom;
    parts[within ? 0 : 1].push(values[channel * height * width + i] || 0);
  }
  const mean = (row: readonly number[]) => row.reduce((sum, value) => sum + value, 0) / row.length;
  const [inside, outside] = [mean(parts[0]), mean(parts[1])];
  const all = [...parts[0], ...parts[1]];
  const middle = mean(all);
  const deviation = Math.sqrt(mean(all.map((value) => (value - middle) ** 2)));
  return { inside, outside, score: deviation > 0 ? (inside - outside) / deviation : Number.NaN };
}

export function regionPacket(
  layers: readonly LayerValues[],
  layer: LayerValues,
  box: readonly number[],
): Encoded {
  const ranked = layers.flatMap((each) =>
    Array.from({ length: Math.min(64, each.info.shape[0]) }, (_, channel) => ({
      each,
      layer: each.info.name,
      channel,
      ...responseOf(each, channel, box),
    }))
      .filter(({ score }) => Number.isFinite(score))
      .sort((a, b) => b.score - a.score)
      .slice(0, 3),
  );
  const rows = ranked.sort((a, b) => b.score - a.score).slice(0, 60);
  const scores = Float32Array.from(
    { length: layer.info.shape[0] },
    (_, c) => responseOf(layer, c, box).score,
  );
  const facts = { layer: layer.info.name, box, rows: rows.map(({ each: _, ...row }) => row) };
  return tiled(
    "region",
    facts,
    rows.map(({ each, channel }) => [each, channel] as const),
    { scores },
  );
}

/** Effects of the first `done` of the channels. */
export function effectsPacket(
  layer: LayerValues,
  target: number,
  label: string,
  whole: number,
  done: number,
): Encoded {
  const [count] = layer.info.shape;
  const effects = Float32Array.from({ length: count }, (_, channel) =>
    channel < done * count ? effectOf(layer, channel, target) : Number.NaN,
  );
  const facts = { layer: layer.info.name, target, unit: "", label, what: `logit of ${label}`, whole, done };
  return encode("effects", facts, { effects });
}

/** How much each channel differs from what it was. */
export function changesPacket(now: LayerValues, before: LayerValues): Encoded {
  const [count, height, width] = now.info.shape;
  const cells = height * width;
  const length = (of: (i: number) => number, channel: number) => {
    let sum = 0;
    for (let i = channel * cells; i < (channel + 1) * cells; i++) sum += (of(i) || 0) ** 2;
    return Math.sqrt(sum);
  };
  const change = Float32Array.from({ length: count }, (_, channel) => {
    const whole = length((i) => before.values[i] ?? 0, channel);
    return length((i) => (now.values[i] ?? 0) - (before.values[i] ?? 0), channel) / whole;
  });
  const unknown = () => new Float32Array(count).fill(Number.NaN);
  const facts = { layer: now.info.name, names: ["now", "before"], layers: [], images: 0 };
  const rest = ["correlation", "this_mean", "other_mean", "this_max", "other_max"];
  return encode("differences", facts, {
    change,
    ...Object.fromEntries(rest.map((name) => [name, unknown()])),
  });
}
