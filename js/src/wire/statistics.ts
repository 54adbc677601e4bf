/** A `statistics` packet. */

import type { Histogram, HistogramKind, Statistics } from "../findings";
import { ends, list } from "./lists";
import { expect, float32, numberOr, numbers, type Packet, record, text, whole } from "./packet";

const KINDS: readonly HistogramKind[] = ["weights", "biases", "activations", "gradients"];

export function readStatistics(packet: Packet): Statistics {
  const { facts } = expect(packet, "statistics");
  const rows = list(facts.rows).map((row) => record(row, "row"));
  const counts = float32(packet, "counts");
  const bins = rows.length > 0 ? counts.length / rows.length : 0;
  if (!Number.isInteger(bins)) throw new Error("The packet's counts do not fit its rows.");
  const [channel = null] = numbers(facts.channels, "channels");
  return {
    epoch: whole(facts.epoch, "epoch"),
    layer: text(facts.layer),
    channel,
    rows: rows.map((row, i) => histogramOf(row, counts.slice(i * bins, (i + 1) * bins))),
    missing: list(facts.missing).filter((sentence) => typeof sentence === "string"),
    explained: explainedIn(facts),
  };
}

function explainedIn({ target, unit }: Packet["facts"]): Statistics["explained"] {
  return target === undefined || unit === undefined
    ? null
    : { target: numberOr(target, null), unit: text(unit) };
}

function histogramOf(row: Record<string, unknown>, counts: Float32Array): Histogram {
  const kind = KINDS.find((known) => known === row.kind);
  if (!kind) throw new Error(`The packet has a histogram of ${text(row.kind) || "nothing"}.`);
  const number = (name: string) => numberOr(row[name], Number.NaN);
  return {
    kind,
    sentence: text(row.sentence),
    count: whole(row.count, "count"),
    mean: number("mean"),
    std: number("std"),
    min: number("min"),
    max: number("max"),
    zero: number("zero"),
    dead: whole(row.dead, "dead"),
    channels: whole(row.channels, "channels"),
    saturated: numberOr(row.saturated, null),
    nonfinite: whole(row.nonfinite, "nonfinite"),
    ends: ends(row.ends, "ends"),
    counts,
  };
}
