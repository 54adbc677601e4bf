/** Light or dark, and whose colours: as the host is now, and whenever it changes. */

export type Host = "vscode" | "jupyter" | "plain";

export interface Theme {
  readonly host: Host;
  readonly dark: boolean;
}

/** VS Code first: it loads Jupyter's light colours too, where they lie. */
export function themeOf(body: HTMLElement, page: HTMLElement, prefersDark: boolean): Theme {
  if (/\bvscode-(light|dark|high-contrast)/.test(body.className)) {
    return { host: "vscode", dark: /\bvscode-(dark|high-contrast)(?!-light)/.test(body.className) };
  }
  const light = body.dataset.jpThemeLight;
  if (light !== undefined) return { host: "jupyter", dark: light === "false" };
  const colab = page.getAttribute("theme");
  if (colab) return { host: "plain", dark: colab === "dark" };
  const named = `${page.className} ${body.className}`;
  if (/\bdark(-theme|-mode)?\b/.test(named)) return { host: "plain", dark: true };
  const scheme = getComputedStyle(page).colorScheme || "";
  if (scheme.includes("dark") !== scheme.includes("light"))
    return { host: "plain", dark: scheme.includes("dark") };
  return { host: "plain", dark: prefersDark };
}

/** Keep `data-host` and `data-theme` of an element right; returns the undo. */
export function followTheme(root: HTMLElement): () => void {
  const { body, documentElement: page } = document;
  const query = globalThis.matchMedia?.("(prefers-color-scheme: dark)");
  const apply = () => {
    const { host, dark } = themeOf(body, page, query?.matches ?? false);
    root.dataset.host = host;
    root.dataset.theme = dark ? "dark" : "light";
  };
  const observer = new MutationObserver(apply);
  const attributeFilter = ["class", "style", "theme", "data-jp-theme-light", "data-theme"];
  for (const element of [body, page]) observer.observe(element, { attributes: true, attributeFilter });
  query?.addEventListener("change", apply);
  apply();
  return () => {
    observer.disconnect();
    query?.removeEventListener("change", apply);
  };
}
