/** Packets that Python recorded, and its list of traits: read here as they are read there. */

import { existsSync, readFileSync } from "node:fs";
import { resolve, sep } from "node:path";
import { describe, expect, test } from "vitest";
import type { Answered } from "./findings";
import { TRAIT_NAMES } from "./model";
import { readLayer, readMap } from "./wire";
import { readChecks } from "./wire/checks";
import { readAnswer, readEffects } from "./wire/compared";
import { readKernels } from "./wire/kernels";
import { decode } from "./wire/packet";
import { readStages } from "./wire/stages";
import { readStatistics } from "./wire/statistics";
import { readSum } from "./wire/sum";
import { readExact, readNative } from "./wire/tiles";
import { readWantedTiles } from "./wire/wantedtiles";
import { readWants } from "./wire/wants";

const FOLDER = resolve(import.meta.dirname, "../../tests/contract") + sep;

function json<T>(name: string): T {
  return JSON.parse(readFileSync(FOLDER + name, "utf8")) as T;
}

function packet(name: string): [Record<string, unknown>, Uint8Array] {
  return [json(`${name}.json`), new Uint8Array(readFileSync(`${FOLDER}${name}.bin`))];
}

const recorded = [
  "layer",
  "map",
  "checks",
  "native",
  "exact",
  "kernels",
  "statistics",
  "sum",
  "stages",
  "effects",
  "pair",
  "differences",
  "region",
  "field",
  "pins",
  "wants",
  "wants_tiles",
];

describe.each(recorded)("the recorded %s packet", (name) => {
  const [header, body] = packet(name);
  const { kind, arrays } = decode(header, body);

  test("is of its kind", () => {
    expect(kind).toBe(name);
  });

  const expected = json<Record<string, Record<string, number | null>>>(`${name}.values.json`);
  test.each(Object.entries(expected))("holds the right numbers in %s", (array, values) => {
    const data = arrays.get(array)?.data;
    for (const [place, value] of Object.entries(values)) {
      const read = data?.[Number(place)];
      // JSON has no NaN: null stands for a number that is not finite.
      if (value === null) expect(Number.isFinite(read)).toBe(false);
      else expect(read).toBeCloseTo(value, 5);
    }
  });

  const answer = <W extends keyof Answered>(what: W) =>
    readAnswer({ what, epoch: 0, layer: "features.0", channels: [] }, decode(header, body));

  test("can be read as what the panel draws", () => {
    const readers = {
      layer: () => readLayer(header, body).layer,
      map: () => readMap(header, body).layer,
      checks: () => readChecks(header, body).rows.length,
      native: () => readNative(decode(header, body)).size,
      exact: () => readExact(decode(header, body)).tile.values.length,
      kernels: () => readKernels(decode(header, body)).weights.length,
      statistics: () => readStatistics(decode(header, body)).rows.length,
      sum: () => readSum(decode(header, body)).patch.length,
      stages: () => readStages(decode(header, body)).stages.length,
      effects: () => readEffects(header, body).effects.length,
      pair: () => answer("pair").difference.length,
      differences: () => answer("differences").layers.length,
      region: () => answer("region").rows.length,
      field: () => answer("field").support,
      pins: () => answer("pins").rows.length,
      wants: () => readWants(header, body).pictures.length,
      wants_tiles: () => readWantedTiles(decode(header, body)).size,
    };
    expect(readers[name as keyof typeof readers]()).toBeTruthy();
  });
});

/** Traits that came with the choice of methods; a recording from before does not know them. */
const LATER = ["versus", "unit", "map_style", "contours", "checks", "_methods", "_checks_header", "_checks"];

test.runIf(existsSync(`${FOLDER}traits.json`))("the traits are those of Python, by the same names", () => {
  const own = (name: string) => !/^_(esm|css|model|view|dom|anywidget)/.test(name);
  const traits = json<{ name: string; synced: boolean }[]>("traits.json").filter(({ synced }) => synced);
  const names = traits.map(({ name }) => name).filter(own);
  const before = !names.includes("_methods");
  const known = TRAIT_NAMES.filter((name) => !(before && LATER.includes(name)));
  expect([...known].sort()).toEqual(names.sort());
});
