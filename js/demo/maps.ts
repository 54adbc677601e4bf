/** Maps that stand in for those of a network: the question decides which channels are added up, or which ripples. */

import { unitOf } from "../src/draw/unit";
import type { MethodInfo, Question } from "../src/records";
import type { LayerValues, MapFacts } from "./packets";

export interface Made {
  readonly size: readonly [number, number];
  readonly values: Float32Array;
  readonly shares: Float32Array;
  /** By what each channel is multiplied; empty where none is. */
  readonly weights: Float32Array;
  readonly signed: boolean;
  readonly ends: [number, number];
}

const SIDE = 112;

/** The map of a question; `turn` makes another one of the same kind. */
export function make(asked: Question, method: MethodInfo, layer: LayerValues, turn = 0): Made {
  const seed = seedOf(asked) + turn;
  const signed = asked.versus !== null || (method.at === "pixels" && method.key !== "occlusion");
  const plane = method.at === "pixels" ? overPixels(seed, asked) : overCells(seed, layer);
  const most = plane.values.reduce((max, value) => Math.max(max, signed ? Math.abs(value) : value), 0);
  return { ...plane, signed, ends: [signed ? -most : 0, most] };
}

function seedOf({ target, versus, unit }: Question): number {
  const own = unitOf(unit);
  return own ? 20 + own.channel : (target ?? 0) + 1 + 0.5 * (versus ?? 0);
}

function overCells(seed: number, { info, values }: LayerValues) {
  const [channels, height, width] = info.shape;
  const sums = new Float32Array(height * width);
  const shares = new Float64Array(channels);
  const weights = Float32Array.from(shares, (_, c) => Math.sin((c + 1) * seed));
  for (let c = 0; c < channels; c++) {
    const weight = weights[c] ?? 0;
    for (let i = 0; i < sums.length; i++) {
      // A cell that is not a number takes no part.
      const part = weight * (values[c * sums.length + i] || 0);
      sums[i] = (sums[i] ?? 0) + part;
      shares[c] = (shares[c] ?? 0) + part;
    }
  }
  return { size: [height, width] as const, values: sums, shares: Float32Array.from(shares), weights };
}

function overPixels(seed: number, { unit, method }: Question) {
  const [row, column] = unitOf(unit)?.cell ?? [28, 28];
  const wide = unitOf(unit)?.cell ? 0.06 : 0.4;
  const values = Float32Array.from({ length: SIDE * SIDE }, (_, i) => {
    const [x, y] = [(i % SIDE) / SIDE, Math.floor(i / SIDE) / SIDE];
    const [dx, dy] = [x - column / 56, y - row / 56];
    const bell = Math.exp(-(dx * dx + dy * dy) / wide);
    const ripple = Math.sin(40 * (x * Math.cos(seed) + y * Math.sin(seed)));
    return bell * (method === "occlusion" ? 0.5 + 0.5 * ripple : ripple);
  });
  return { size: [SIDE, SIDE] as const, values, shares: new Float32Array(0), weights: new Float32Array(0) };
}

/** Facts of the map, `done` of which is there. */
export function factsOf(
  asked: Question,
  method: MethodInfo,
  made: Made,
  words: string,
  done: number,
): MapFacts {
  const place = method.at === "layer" ? ` · at ${asked.layer} · bilinear` : " · at the pixels";
  const part = done < 1 ? ` · ${Math.round(100 * done)} % of it` : "";
  return {
    ...asked,
    epoch: 0,
    at: method.at,
    sentence: `${method.label} · ${words}${place} · ÷ max${part}`,
    doubt: asked.unit && method.at === "layer" ? "At the unit's own layer the map is the unit itself." : "",
    done,
    signed: made.signed,
    ends: made.ends,
    smooth: method.at === "layer",
  };
}
