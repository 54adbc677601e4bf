// Builds the panel into the Python package; with --demo, serves the demo page and rebuilds on change.
import * as esbuild from "esbuild";
import { build, shared, styleAsText } from "./bundle.mjs";

if (process.argv.includes("--demo")) {
  const context = await esbuild.context({
    ...shared,
    format: "esm",
    entryPoints: ["demo/demo.ts"],
    outdir: "demo/build",
    sourcemap: true,
    plugins: [styleAsText],
  });
  const { port } = await context.serve({ servedir: "demo", host: "127.0.0.1" });
  console.log(`The demo page: http://127.0.0.1:${port}/`);
} else {
  for (const [file, { bytes }] of await build("../src/nnscope/static")) {
    console.log(`${file}  ${(bytes / 1024).toFixed(1)} KB`);
  }
}
