// What JSX becomes calls of: `build.mjs` puts it into every file.
export { Fragment, h } from "preact";
