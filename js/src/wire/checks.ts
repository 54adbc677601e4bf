/** A `checks` packet: what speaks for and against a map. */

import type { CheckRow, Checks, Curves } from "../records";
import { endsOf, valuesOf } from "../wire";
import { list } from "./lists";
import { decode, expect, float32, numberOr, type Packet, pair, record, text, whole } from "./packet";

export function readChecks(header: unknown, body: unknown): Checks {
  const packet = expect(decode(header, body), "checks");
  const { facts } = packet;
  return {
    epoch: whole(facts.epoch, "epoch"),
    question: text(facts.question),
    done: numberOr(facts.done, 1),
    rows: rowsOf(packet),
    verdicts: list(facts.verdicts).filter((verdict) => typeof verdict === "string"),
    curves: curvesOf(packet),
  };
}

function rowsOf(packet: Packet): CheckRow[] {
  const rows = list(packet.facts.rows).map((row) => record(row, "row"));
  if (rows.length === 0) return [];
  const size = pair(packet.arrays.get("tiles")?.shape.slice(1), "shape of tiles");
  const planes = valuesOf(packet, rows.length, size[0] * size[1]);
  return rows.map(({ label, kind, similarity, ends }, i) => {
    const values = planes[i] as Float32Array;
    return {
      label: text(label),
      kind: kind === "randomised" || kind === "runner-up" ? kind : "map",
      similarity: numberOr(similarity, null),
      picture: {
        size,
        values,
        ends: endsOf(ends, values),
        signed: packet.facts.signed === true,
        smooth: packet.facts.smooth !== false,
      },
    };
  });
}

function curvesOf(packet: Packet): Curves {
  const curve = (name: string, count?: number) =>
    packet.arrays.has(name) || count ? float32(packet, name, count) : new Float32Array(0);
  const fractions = curve("fractions");
  const { deletion, insertion } = packet.facts;
  return {
    fractions,
    deletion: curve("deletion", fractions.length),
    insertion: curve("insertion", fractions.length),
    areas: { deletion: numberOr(deletion, null), insertion: numberOr(insertion, null) },
  };
}
