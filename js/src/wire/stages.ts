/** A `stages` packet. */

import type { Stage, Stages } from "../findings";
import type { Family } from "../records";
import { ends, list } from "./lists";
import { expect, float32, numberOr, numbers, type Packet, pair, record, text, uint8, whole } from "./packet";

const FAMILIES: readonly Family[] = ["convolution", "norm", "activation", "attention", "pooling"];

export function readStages(packet: Packet): Stages {
  const { facts } = expect(packet, "stages");
  const rows = list(facts.stages).map((row) => record(row, "stage"));
  const [, height = 0, width = 0] = packet.arrays.get("tiles")?.shape ?? [];
  const cells = height * width;
  const codes = uint8(packet, "tiles", rows.length * cells);
  const lo = float32(packet, "lo", rows.length);
  const hi = float32(packet, "hi", rows.length);
  const [channel = 0] = numbers(facts.channels, "channels");
  return {
    epoch: whole(facts.epoch, "epoch"),
    layer: text(facts.layer),
    channel,
    ends: ends(facts.ends, "ends"),
    stages: rows.map(
      (row, i): Stage => ({
        layer: text(row.layer),
        kind: text(row.kind),
        family: FAMILIES.find((family) => family === row.family) ?? "other",
        size: pair(row.size, "size"),
        cut: numberOr(row.cut, null),
        min: numberOr(row.min, Number.NaN),
        max: numberOr(row.max, Number.NaN),
        tile: {
          size: [height, width],
          codes: codes.slice(i * cells, (i + 1) * cells),
          lo: lo[i] ?? 0,
          hi: hi[i] ?? 0,
        },
      }),
    ),
  };
}
