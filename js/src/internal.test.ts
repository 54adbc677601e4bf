/** Names that the build shortens must be known to nobody outside the bundle. */

import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { INTERNAL } from "../internal.mjs";

const HERE = `${import.meta.dirname}/`;
const FOLDER = `${HERE}../../tests/contract/`;

const read = (file: string) => readFileSync(HERE + file, "utf8");
const sources = readdirSync(HERE, { recursive: true, encoding: "utf8" }).filter(
  (file) => /\.tsx?$/.test(file) && !file.includes(".test."),
);
const recorded = readdirSync(FOLDER).filter((file) => file.endsWith(".json"));
const fromPython = recorded.map((file) => readFileSync(FOLDER + file, "utf8")).join("\n");
const text = sources.map(read).join("\n");
const libraries = ["preact", "@preact/signals", "@preact/signals-core"]
  .map((name) => read(`../node_modules/${name}/package.json`) && name)
  .map((name) =>
    read(`../node_modules/${name}/dist/${name === "preact" ? "preact" : name.slice(8)}.module.js`),
  )
  .join("\n");

test.each(INTERNAL)("%s is a name of ours alone", (name) => {
  const found = (pattern: string, where: string) => new RegExp(pattern, "m").test(where);
  // What travels is declared in these two.
  expect(found(`^ +(readonly )?${name}\\??:`, read("records.ts") + read("model.ts"))).toBe(false);
  expect(found(`"${name}"`, fromPython)).toBe(false);
  // No way to a property but by its name in the code.
  expect(found(`["']${name}["']|dataset\\.${name}\\b`, text)).toBe(false);
  expect(found(`\\b${name}\\b`, libraries)).toBe(false);
  expect(name in document.createElement("input")).toBe(false);
});
