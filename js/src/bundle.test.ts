/** What is built: two files that are small enough, and work together. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { build } from "../bundle.mjs";

const folder = mkdtempSync(join(tmpdir(), "nnscope-"));
const made = new Map<string, { bytes: number; inputs: object }>();

beforeAll(async () => {
  for (const [path, output] of await build(folder)) made.set(basename(path), output);
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ["widget.js", 100],
  ["rooms.js", 150],
])("%s has at most %i KB", (name, most) => {
  expect(made.get(name)?.bytes).toBeGreaterThan(1024);
  expect(made.get(name)?.bytes).toBeLessThanOrEqual(most * 1024);
});

test("the rooms hold nothing that the panel has", () => {
  const inputs = (name: string) => Object.keys(made.get(name)?.inputs ?? {});
  const own = new Set(inputs("widget.js"));
  expect(inputs("widget.js").filter((path) => path.endsWith("/preact.module.js"))).toHaveLength(1);
  expect(inputs("rooms.js").filter((path) => own.has(path) && path !== "jsx.mjs")).toEqual([]);
});

test("the rooms ask for what the panel hands over, and for nothing else", async () => {
  const text = readFileSync(join(folder, "rooms.js"), "utf8");
  const { default: open } = await import(`data:text/javascript,${encodeURIComponent(text)}`);
  const asked = new Map<string, Set<string>>();
  const rooms = open((name: string) => {
    const names = asked.get(name) ?? new Set();
    asked.set(name, names);
    return new Proxy({}, { get: (_, property) => names.add(String(property)) });
  });
  expect(Object.keys(rooms)).toContain("VIEWS");
  expect(rooms.STYLE).toContain(".nnscope");
  const panel = readFileSync(join(folder, "widget.js"), "utf8");
  for (const name of asked.keys()) expect(panel).toMatch(new RegExp(`["']?${name}["']?:\\{`));
});
