// The licences of what is bundled: named at the head of each file, and their texts in one file beside them.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const TEXTS = "THIRD_PARTY_LICENSES.txt";

/** The packages among the inputs of a build, and what they depend on: some are published with that inside. */
export function packagesOf(inputs) {
  const found = new Map();
  const take = (folder) => {
    if (found.has(folder)) return;
    const made = read(folder);
    found.set(folder, made);
    for (const name of made.needs) take(folderOf(name, folder));
  };
  for (const path of inputs) {
    const [folder] = path.match(/^.*node_modules\/(@[^/]+\/)?[^/]+/) ?? [];
    if (folder) take(folder);
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function folderOf(name, from) {
  const folder = [join(from, "node_modules", name), join("node_modules", name)].find(existsSync);
  if (!folder) throw new Error(`${name}, which ${from} needs, is not installed: run npm ci.`);
  return folder;
}

function read(folder) {
  const { name, version, license, dependencies } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  );
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file || !license) throw new Error(`${name} has no licence text, so it cannot be bundled.`);
  const text = readFileSync(join(folder, file), "utf8").trim();
  return { name, version, license, text, needs: Object.keys(dependencies ?? {}) };
}

/** A comment that names them; "" where there are none. */
export function bannerOf(packages) {
  if (packages.length === 0) return "";
  const names = packages.map(({ name, version, license }) => `${name} ${version} (${license})`);
  return `/*! With ${names.join(", ")}; see ${TEXTS} in nnscope/static */\n`;
}

/** All texts, each under the package that it is of. */
export function textOf(packages) {
  const parts = packages.map(({ name, version, text }) => `${name} ${version}\n\n${text}`);
  const head = "nnscope's panel, the files of this folder, contains these packages.";
  return `${[head, ...parts].join(`\n\n${"-".repeat(80)}\n\n`)}\n`;
}
