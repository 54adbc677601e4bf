/** Who may import whom. Everyone may use `records`, `findings`, `compared` and `ascent`, which hold types only. */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const SOURCE = `${import.meta.dirname}/`;

const MAY: Record<string, readonly string[]> = {
  records: [],
  findings: ["rooms", "tools", "wanting"],
  compared: [],
  ascent: ["draw"],
  draw: ["draw"],
  graph: ["graph", "draw"],
  model: [],
  wire: ["wire"],
  cache: [],
  clean: ["model"],
  problem: [],
  upload: [],
  patience: [],
  presence: [],
  changes: [],
  contact: ["patience"],
  requests: ["changes", "contact", "problem", "wire"],
  sync: ["cache", "clean", "contact", "model", "problem", "requests", "wire"],
  ahead: ["draw", "sync", "wire"],
  answers: ["cache", "requests", "wire"],
  shared: [],
  load: ["problem", "shared"],
  state: ["draw", "model"],
  view: ["draw", "model"],
  detail: ["cache", "requests", "state", "wire"],
  views: ["views", "draw", "graph", "problem", "state", "upload", "view"],
  rooms: ["draw", "views", "wire"],
  tools: ["ahead", "detail", "draw", "views", "wire"],
  wishes: ["cache", "draw", "problem", "sync", "wire"],
  wanting: ["draw", "views", "wire", "wishes"],
  widget: ["views", "state", "view", "sync", "requests", "answers", "load", "model", "presence", "wire"],
};

const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).filter(
  (file) => /(?<!\.d)\.tsx?$/.test(file) && !file.includes(".test."),
);

/** `draw` for everything in it, else the name of the file. */
function partOf(path: string): string {
  return (path.split("/")[0] ?? "").replace(/\.tsx?$/, "");
}

function importsOf(file: string): string[] {
  const text = readFileSync(SOURCE + file, "utf8");
  const paths = [...text.matchAll(/(?:from|import\() ?"(\.[^"]+)"/g)].map(([, path]) => path ?? "");
  return paths
    .filter((path) => !path.endsWith(".css"))
    .map((path) => partOf(relative(SOURCE, resolve(SOURCE, dirname(file), path))));
}

test("there are files to check", () => {
  expect(files.length).toBeGreaterThan(30);
});

test.each(files)("%s imports only what it may", (file) => {
  const allowed = MAY[partOf(file)];
  expect(allowed).toBeDefined();
  for (const part of importsOf(file))
    expect(["records", "findings", "compared", "ascent", ...(allowed ?? [])]).toContain(part);
});

test("only sync touches the host's model", () => {
  const touching = files.filter((file) =>
    /\bmodel\.(get|set|on|off|send|save_changes)\(/.test(readFileSync(SOURCE + file, "utf8")),
  );
  expect(touching).toEqual(["sync.ts"]);
});

test.each(files)("%s is short enough to read in one go", (file) => {
  expect(readFileSync(SOURCE + file, "utf8").split("\n").length).toBeLessThanOrEqual(300);
});
