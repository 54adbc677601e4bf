// Builds the panel into the Python package; with --demo, serves the demo page and rebuilds on change.
import * as esbuild from "esbuild";
import { INTERNAL } from "./internal.mjs";

const shared = {
  bundle: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  // Calls of `h` take children as arguments, which is shorter than the lists of the automatic runtime.
  inject: ["jsx.mjs"],
  tsconfigRaw: { compilerOptions: { jsx: "react", jsxFactory: "h", jsxFragmentFactory: "Fragment" } },
  loader: { ".css": "css" },
};

if (process.argv.includes("--demo")) {
  const context = await esbuild.context({
    ...shared,
    entryPoints: ["demo/demo.ts"],
    outdir: "demo/build",
    sourcemap: true,
  });
  const { port } = await context.serve({ servedir: "demo", host: "127.0.0.1" });
  console.log(`The demo page: http://127.0.0.1:${port}/`);
} else {
  const outdir = "../src/nnscope/static";
  const { metafile } = await esbuild.build({
    ...shared,
    entryPoints: { widget: "src/widget.ts" },
    outdir,
    minify: true,
    mangleProps: new RegExp(`^(${INTERNAL.join("|")})$`),
    metafile: true,
  });
  const css = await esbuild.build({
    entryPoints: { widget: "src/widget.css" },
    outdir,
    bundle: true,
    minify: true,
    target: "es2022",
    metafile: true,
  });
  for (const [file, { bytes }] of Object.entries({ ...metafile.outputs, ...css.metafile.outputs })) {
    console.log(`${file}  ${(bytes / 1024).toFixed(1)} KB`);
  }
}
