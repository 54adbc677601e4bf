// How the panel is bundled: what every host loads, and what the panel fetches when it is wanted.
import { writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import * as esbuild from "esbuild";
import { bannerOf, packagesOf, TEXTS, textOf } from "./licences.mjs";

const SOURCE = resolve("src");

export const shared = {
  bundle: true,
  target: "es2022",
  charset: "utf8",
  // Calls of `h` take children as arguments, which is shorter than the lists of the automatic runtime.
  inject: ["jsx.mjs"],
  tsconfigRaw: { compilerOptions: { jsx: "react", jsxFactory: "h", jsxFragmentFactory: "Fragment" } },
  loader: { ".css": "css" },
  metafile: true,
};

/** What the panel fetches: rooms when one is opened, tools after the first picture, what channels want when asked. */
const PARTS = ["rooms", "tools", "wanting"];

/** The style sheet of a part is text in its module: a host loads no second one. */
export const styleAsText = {
  name: "style as text",
  setup({ onLoad }) {
    onLoad({ filter: /src\/(rooms|tools|wanting)\.css$/ }, async ({ path }) => {
      const { outputFiles } = await esbuild.build({
        entryPoints: [path],
        bundle: true,
        minify: true,
        write: false,
      });
      return { contents: outputFiles[0].text, loader: "text", watchFiles: [path] };
    });
  },
};

/** Leaves out of a part what the panel has already, and notes by which names it asks for it. */
function takenFrom(own, asked) {
  return {
    name: "taken from the panel",
    setup({ onResolve, resolve: find }) {
      onResolve({ filter: /^[^/]/ }, async ({ path, pluginData, ...rest }) => {
        if (pluginData === "found" || rest.kind === "entry-point") return null;
        const found = await find(path, { ...rest, pluginData: "found" });
        if (!own.has(found.path)) return found;
        const name = path.startsWith(".") ? relative(SOURCE, found.path).replace(/\.tsx?$/, "") : path;
        asked.set(name, found.path);
        return { path: name, external: true };
      });
    },
  };
}

/** The table of `shared.ts`: of each module the very names that the parts import, for the rest can be left out. */
function tableFor(codes, asked) {
  const wanted = new Map([...asked.keys()].sort().map((module) => [module, new Set()]));
  for (const [, words, module] of codes.join("\n").matchAll(/^import \{([^}]*)\} from "([^"]+)";$/gm)) {
    for (const word of words.split(",")) wanted.get(module).add(word.trim().split(" ")[0]);
  }
  const pairs = [...wanted].map(([module, names], i) => [
    module,
    [...names].map((name) => [name, `${name}_${i}`]),
  ]);
  const taken = pairs.map(
    ([module, names]) =>
      `import { ${names.map((pair) => pair.join(" as ")).join(", ")} } from "${asked.get(module)}";`,
  );
  const given = pairs.map(
    ([module, names]) => `"${module}": { ${names.map((pair) => pair.join(": ")).join(", ")} },`,
  );
  return `${taken.join("\n")}\nexport const SHARED = {\n${given.join("\n")}\n};`;
}

/** Puts the table where `shared.ts` has none. */
function handedOver(contents) {
  return {
    name: "handed over to the parts",
    setup({ onLoad }) {
      onLoad({ filter: /src\/shared\.ts$/ }, () => ({ contents, resolveDir: SOURCE }));
    },
  };
}

/**
 * `widget.js`, which every host loads and every saved notebook keeps, and the parts, which the panel fetches.
 *
 * There must be one preact and one of each of the panel's modules: two copies do not know each other's hooks,
 * signals and contexts. esbuild can share code only among files that import each other by name, and a module
 * from an object URL has no neighbours. So the parts are built as CommonJS without what the panel has, wrapped
 * into a function of `require`; the panel is built once more with a table of just what they ask for. What only
 * parts have stands in each that needs it: nothing of it may hold a state.
 */
export async function build(outdir) {
  const widget = { ...shared, entryPoints: { widget: "src/widget.ts" }, outdir, format: "esm", minify: true };
  const { metafile } = await esbuild.build({ ...widget, write: false });
  const [first] = Object.values(metafile.outputs);
  const inputs = Object.keys(first.inputs);
  const own = new Set(inputs.map((path) => resolve(path)));
  const asked = new Map();
  const parts = PARTS.map((name) => ({
    ...shared,
    entryPoints: { [name]: `src/${name}.ts` },
    outdir,
    plugins: [takenFrom(own, asked), styleAsText],
  }));
  const codes = [];
  const banners = [];
  for (const part of parts) {
    const { outputFiles, metafile } = await esbuild.build({ ...part, format: "esm", write: false });
    codes.push(outputFiles[0].text);
    banners.push(bannerOf(packagesOf(Object.keys(metafile.inputs))));
  }
  const results = [
    await esbuild.build({
      ...widget,
      plugins: [handedOver(tableFor(codes, asked))],
      banner: { js: bannerOf(packagesOf(inputs)) },
    }),
    await esbuild.build({
      ...shared,
      entryPoints: { widget: "src/widget.css" },
      outdir,
      minify: true,
      inject: [],
    }),
  ];
  for (const [i, part] of parts.entries()) {
    results.push(
      await esbuild.build({
        ...part,
        format: "cjs",
        minify: true,
        banner: { js: `${banners[i]}export default (require) => { const module = {};` },
        footer: { js: "return module.exports; };" },
      }),
    );
  }
  const all = results.flatMap(({ metafile: { inputs } }) => Object.keys(inputs));
  writeFileSync(join(outdir, TEXTS), textOf(packagesOf(all)));
  return results.flatMap(({ metafile: { outputs } }) => Object.entries(outputs));
}
