import { expect, test } from "vitest";
import { themeOf } from "./theme";

function host(body: string, page = ""): [HTMLElement, HTMLElement] {
  const parser = new DOMParser();
  const parsed = parser.parseFromString(`<html ${page}><body ${body}></body></html>`, "text/html");
  return [parsed.body, parsed.documentElement];
}

test.each([
  ['class="vscode-dark" data-jp-theme-light="true"', "", { host: "vscode", dark: true }],
  ['class="vscode-light"', "", { host: "vscode", dark: false }],
  ['class="vscode-high-contrast-light"', "", { host: "vscode", dark: false }],
  ['class="vscode-high-contrast"', "", { host: "vscode", dark: true }],
  ['data-jp-theme-light="false"', "", { host: "jupyter", dark: true }],
  ['data-jp-theme-light="true"', "", { host: "jupyter", dark: false }],
  ["", 'theme="dark"', { host: "plain", dark: true }],
  ['class="dark-theme"', "", { host: "plain", dark: true }],
])("a body with %s in a page with %s", (body, page, theme) => {
  expect(themeOf(...host(body, page), !theme.dark)).toEqual(theme);
});

test("else what the system prefers", () => {
  expect(themeOf(...host(""), true)).toEqual({ host: "plain", dark: true });
  expect(themeOf(...host(""), false)).toEqual({ host: "plain", dark: false });
});
