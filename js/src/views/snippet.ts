/** What is on the screen, as three lines of Python. */

import type { Store, ViewState } from "../state";
import { tell } from "./tell";

export interface Shown {
  readonly layer: string;
  readonly shape: string;
  readonly channel: number;
  /** The map that is shown, if one is. */
  readonly map: { readonly target: number | null; readonly method: string } | null;
}

export function snippet({ layer, shape, channel, map }: Shown): string {
  const name = JSON.stringify(layer);
  const lines = [
    "probe = nnscope.Probe(model, image)",
    `channel = probe.activations(${name})[${channel}]  # of ${shape}`,
  ];
  if (map) {
    const target = map.target === null ? "" : `, target=${map.target}`;
    lines.push(`heatmap = probe.cam(layer=${name}${target}, method=${JSON.stringify(map.method)})`);
  } else lines.push(`strongest = probe.strongest(${name}, k=5)`);
  return lines.join("\n");
}

export function copySnippet(store: Store, view: ViewState): void {
  const pictures = store.pictures.value;
  if (!pictures) return;
  const { cam, method } = store.traits;
  const text = snippet({
    layer: pictures.layer,
    shape: [pictures.channels, ...pictures.size].join(" × "),
    channel: store.enlarged.value ?? store.order.value[view.focus.value] ?? 0,
    map: cam.value && store.map.value ? { target: store.target.value, method: method.value } : null,
  });
  copy(text).then(
    () => tell(view, "Copied three lines of Python."),
    () => tell(view, "This page may not use the clipboard."),
  );
}

/** By the clipboard where the page may use it, else by a selection, which also works over plain http. */
async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.style.position = "fixed";
    area.style.opacity = "0";
    const focused = document.activeElement;
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
    if (!copied) throw new Error("Not copied.");
  }
}
