/** What is built: files that are small enough, and work together. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { build } from "../bundle.mjs";
import { packagesOf, TEXTS } from "../licences.mjs";

const folder = mkdtempSync(join(tmpdir(), "nnscope-"));
const made = new Map<string, { bytes: number; inputs: object }>();

beforeAll(async () => {
  for (const [path, output] of await build(folder)) made.set(basename(path), output);
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ["widget.js", 100],
  ["rooms.js", 150],
  ["tools.js", 100],
  ["wanting.js", 100],
])("%s has at most %i KB", (name, most) => {
  expect(made.get(name)?.bytes).toBeGreaterThan(1024);
  expect(made.get(name)?.bytes).toBeLessThanOrEqual(most * 1024);
});

const PARTS = [
  ["rooms.js", "VIEWS"],
  ["tools.js", "readEffects"],
  ["wanting.js", "readWants"],
] as const;

test.each(PARTS)("%s holds nothing that the panel has", (part) => {
  const inputs = (name: string) => Object.keys(made.get(name)?.inputs ?? {});
  const own = new Set(inputs("widget.js"));
  expect(inputs("widget.js").filter((path) => path.endsWith("/preact.module.js"))).toHaveLength(1);
  expect(inputs(part).filter((path) => own.has(path) && path !== "jsx.mjs")).toEqual([]);
});

test.each(PARTS)("%s asks for what the panel hands over, and for nothing else", async (part, name) => {
  const text = readFileSync(join(folder, part), "utf8");
  const { default: open } = await import(`data:text/javascript,${encodeURIComponent(text)}`);
  const asked = new Map<string, Set<string>>();
  const found = open((module: string) => {
    const names = asked.get(module) ?? new Set();
    asked.set(module, names);
    return new Proxy({}, { get: (_, property) => names.add(String(property)) });
  });
  expect(Object.keys(found)).toContain(name);
  expect(typeof found.STYLE).toBe("string");
  const panel = readFileSync(join(folder, "widget.js"), "utf8");
  for (const module of asked.keys()) expect(panel).toMatch(new RegExp(`["']?${module}["']?:\\{`));
});

/** The packages that esbuild says are in a file. */
const packagesIn = (name: string) => packagesOf(Object.keys(made.get(name)?.inputs ?? {}));

test.each(["widget.js", ...PARTS.map(([name]) => name)])("%s names at its head what it contains", (name) => {
  const [head = ""] = readFileSync(join(folder, name), "utf8").split("*/");
  const packages = packagesIn(name);
  expect(head.startsWith("/*! With ")).toBe(packages.length > 0);
  for (const { name, version, license } of packages)
    expect(head).toContain(`${name} ${version} (${license})`);
  expect(head.includes(TEXTS)).toBe(packages.length > 0);
});

test("the licence text of every package that is bundled stands beside the files, of one within another, too", () => {
  const texts = readFileSync(join(folder, TEXTS), "utf8");
  const packages = [...made.keys()].flatMap(packagesIn);
  const names = new Set(packages.map(({ name }) => name));
  expect([...names].sort()).toEqual([
    "@dagrejs/dagre",
    "@dagrejs/graphlib",
    "@preact/signals",
    "@preact/signals-core",
    "preact",
  ]);
  for (const { name, version, text } of packages) {
    expect(text).toMatch(/Permission is hereby granted/);
    expect(texts).toContain(`${name} ${version}\n\n${text}`);
  }
});

test("a package without a licence text is not bundled", () => {
  const bare = join(folder, "node_modules", "bare");
  mkdirSync(bare, { recursive: true });
  writeFileSync(
    join(bare, "package.json"),
    JSON.stringify({ name: "bare", version: "1.0.0", license: "MIT" }),
  );
  expect(() => packagesOf([join(bare, "index.js")])).toThrow("bare has no licence text");
});
