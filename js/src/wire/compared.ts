/** The packets that the tools ask for. */

import type { Differences, Effects, Field, LayerChange, Pair, Pins, Ranking } from "../compared";
import type { Answered, Inquiry } from "../findings";
import type { CodeTile } from "../records";
import { ofState, type Readers } from "./answered";
import { list } from "./lists";
import {
  decode,
  expect,
  float32,
  numberOr,
  numbers,
  type Packet,
  record,
  text,
  uint8,
  whole,
} from "./packet";

/** Each reader stands under the name of what it reads. */
const READERS: Readers = {
  pair: readPair,
  differences: readDifferences,
  region: readRanking,
  field: readField,
  pins: readPins,
};

/** Read the answer to a question; throws a sentence where it cannot be read, or is about another state. */
export function readAnswer<W extends keyof Answered>(
  { what, epoch }: Inquiry<W>,
  packet: Packet,
): Answered[W] {
  return ofState(READERS, what, epoch, packet);
}

/** An `effects` packet. */
export function readEffects(header: unknown, body: unknown): Effects {
  const packet = expect(decode(header, body), "effects");
  const { facts } = packet;
  const score = numberOr(facts.whole, Number.NaN);
  return {
    epoch: whole(facts.epoch, "epoch"),
    layer: text(facts.layer),
    target: numberOr(facts.target, null),
    unit: text(facts.unit),
    what: text(facts.what),
    whole: score,
    done: numberOr(facts.done, 1),
    // The last bits of a score depend on how many images were reckoned at once: they are no effect.
    effects: float32(packet, "effects").map((effect) =>
      Math.abs(effect) <= LAST_BITS * Math.abs(score) ? 0 : effect,
    ),
  };
}

/** What of a number of 32 bits is left to chance, as a part of it. */
const LAST_BITS = 1e-6;

function readPair(packet: Packet): Pair {
  const { facts } = expect(packet, "pair");
  const channels = numbers(facts.channels, "channels");
  return {
    epoch: whole(facts.epoch, "epoch"),
    layer: text(facts.layer),
    channels,
    this: tilesOf(packet, channels.length, "this_"),
    other: tilesOf(packet, channels.length, "other_"),
    difference: tilesOf(packet, channels.length, "difference_"),
  };
}

function readDifferences(packet: Packet): Differences {
  const { facts } = expect(packet, "differences");
  const change = float32(packet, "change");
  const column = (name: string) => float32(packet, name, change.length);
  const [one, another] = list(facts.names).map(text);
  return {
    epoch: whole(facts.epoch, "epoch"),
    layer: text(facts.layer),
    names: [one ?? "", another ?? ""],
    layers: list(facts.layers).map((row) => layerChange(record(row, "layer"))),
    images: numberOr(facts.images, 0),
    change,
    correlation: column("correlation"),
    thisMean: column("this_mean"),
    otherMean: column("other_mean"),
    thisMax: column("this_max"),
    otherMax: column("other_max"),
  };
}

function layerChange({ name, change, correlation, cka, sentence }: Record<string, unknown>): LayerChange {
  return {
    name: text(name),
    change: numberOr(change, null),
    correlation: numberOr(correlation, null),
    cka: numberOr(cka, null),
    sentence: text(sentence),
  };
}

function readRanking(packet: Packet): Ranking {
  const { facts } = expect(packet, "region");
  const rows = list(facts.rows).map((row) => record(row, "row"));
  const tiles = tilesOf(packet, rows.length);
  return {
    epoch: whole(facts.epoch, "epoch"),
    layer: text(facts.layer),
    box: numbers(facts.box, "box"),
    rows: rows.map(({ layer, channel, score, inside, outside }, i) => ({
      layer: text(layer),
      channel: whole(channel, "channel"),
      score: numberOr(score, Number.NaN),
      inside: numberOr(inside, Number.NaN),
      outside: numberOr(outside, Number.NaN),
      tile: tiles[i] as CodeTile,
    })),
    scores: float32(packet, "scores"),
  };
}

function readField(packet: Packet): Field {
  const { facts } = expect(packet, "field");
  const [channel = 0] = numbers(facts.channels, "channels");
  const [row, column] = numbers(facts.cell, "cell");
  const [tile] = tilesOf(packet, 1);
  return {
    epoch: whole(facts.epoch, "epoch"),
    layer: text(facts.layer),
    channel,
    cell: [whole(row, "cell"), whole(column, "cell")],
    box: boxOf(facts.box),
    support: boxOf(facts.support),
    core: boxOf(facts.core),
    tile: tile as CodeTile,
  };
}

function readPins(packet: Packet): Pins {
  const { facts } = expect(packet, "pins");
  const rows = list(facts.rows).map((row) => record(row, "row"));
  const tiles = tilesOf(packet, rows.length);
  return {
    epoch: whole(facts.epoch, "epoch"),
    rows: rows.map(({ unit, layer, channel, min, max, mean }, i) => ({
      unit: text(unit),
      layer: text(layer),
      channel: whole(channel, "channel"),
      min: numberOr(min, Number.NaN),
      max: numberOr(max, Number.NaN),
      mean: numberOr(mean, Number.NaN),
      tile: tiles[i] as CodeTile,
    })),
  };
}

function boxOf(value: unknown): readonly number[] | null {
  return Array.isArray(value) && value.length === 4 && value.every(Number.isFinite) ? value : null;
}

/** Some tiles of one size, whose arrays' names begin alike. */
function tilesOf(packet: Packet, count: number, name = ""): CodeTile[] {
  const [, height = 0, width = 0] = packet.arrays.get(`${name}tiles`)?.shape ?? [];
  const cells = height * width;
  const codes = uint8(packet, `${name}tiles`, count * cells);
  const lo = float32(packet, `${name}lo`, count);
  const hi = float32(packet, `${name}hi`, count);
  return Array.from({ length: count }, (_, i) => ({
    size: [height, width] as const,
    codes: codes.slice(i * cells, (i + 1) * cells),
    lo: lo[i] ?? 0,
    hi: hi[i] ?? 0,
  }));
}
