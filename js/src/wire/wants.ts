/** A `wants` packet: pictures that were made to drive a channel, and how far they have grown. */

import type { Ascent, Wants, WantsPicture } from "../ascent";
import { list } from "./lists";
import { decode, expect, float32, numberOr, type Packet, pair, record, text, uint8, whole } from "./packet";

const METHODS: readonly Ascent[] = ["fourier", "pixels"];
const TYPES: readonly WantsPicture["type"][] = ["image/jpeg", "image/png"];

export function readWants(header: unknown, body: unknown): Wants {
  const packet = expect(decode(header, body), "wants");
  const { facts } = packet;
  const rows = list(facts.pictures).map((row) => record(row, "picture"));
  const steps = whole(facts.steps, "steps");
  const history = float32(packet, "history", rows.length * steps);
  return {
    epoch: whole(facts.epoch, "epoch"),
    layer: text(facts.layer),
    channel: whole(facts.channel, "channel"),
    size: pair(facts.size, "size"),
    steps,
    seed: whole(facts.seed, "seed"),
    done: numberOr(facts.done, 0),
    left: text(facts.left),
    natural: naturalOf(facts.natural),
    here: numberOr(facts.here, null),
    pictures: rows.map((row, i) =>
      pictureOf(row, fileOf(packet, `picture_${i}`), history.slice(i * steps, (i + 1) * steps)),
    ),
  };
}

function pictureOf(row: Record<string, unknown>, file: Uint8Array, history: Float32Array): WantsPicture {
  const method = METHODS.find((known) => known === row.method);
  if (!method) throw new Error(`The packet has a picture by ${text(row.method) || "no method"}.`);
  const type = TYPES.find((known) => known === row.type);
  if (!type) throw new Error(`The packet has a picture of type ${text(row.type) || "unknown"}.`);
  const step = whole(row.step, "step");
  if (step > history.length) throw new Error("The packet has a picture of more steps than its history.");
  return {
    method,
    negative: row.negative === true,
    step,
    score: numberOr(row.score, null),
    note: text(row.note),
    sentence: text(row.sentence),
    type,
    file,
    history,
  };
}

/** The bytes of a file, however many they are. */
function fileOf(packet: Packet, name: string): Uint8Array {
  return uint8(packet, name, packet.arrays.get(name)?.data.length ?? 0);
}

function naturalOf(value: unknown): Wants["natural"] {
  if (value === null || value === undefined) return null;
  const { name, score } = record(value, "natural");
  if (typeof score !== "number" || !Number.isFinite(score))
    throw new Error("The packet's natural has no score.");
  return { name: text(name), score };
}
