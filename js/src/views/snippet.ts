/** What is on the screen, as three lines of Python. */

import { type Unit, unitOf } from "../draw/unit";
import type { HeatMap, Side, View } from "../records";
import type { Store } from "../state";
import type { ViewState } from "../view";
import { tell } from "./tell";

export interface Shown {
  readonly layer: string;
  readonly shape: string;
  readonly channel: number;
  readonly view: View;
  /** Whose values are drawn, and what the other is: this before its changes, another image or another model. */
  readonly side: Side;
  readonly other: keyof typeof OTHERS | null;
  /** The cell whose sum is shown. */
  readonly cell: readonly [number, number] | null;
  /** How what the channel wants is made, where that is shown. */
  readonly wants: { readonly steps: number; readonly size: number; readonly seed: number } | null;
  /** The map that is shown, if one is. */
  readonly map: Pick<HeatMap, "layer" | "target" | "versus" | "unit" | "method" | "style" | "at"> | null;
}

const OTHERS = {
  before: ["scope.probe  # as it was changed in the panel", "nnscope.Probe(model, image)"],
  image: ["nnscope.Probe(model, image)", "nnscope.Probe(model, other_image)"],
  model: ["nnscope.Probe(model, image)", "nnscope.Probe(other_model, image)"],
} as const;

export function snippet(shown: Shown): string {
  const { layer, shape, channel, view, cell, map, other, side, wants } = shown;
  const name = JSON.stringify(layer);
  if (!wants && other && (view === "differences" || side !== "this")) return compared(shown, OTHERS[other]);
  const last = wants
    ? `wants = ${maximizeOf(name, channel, wants)}`
    : cell
      ? `total = probe.arithmetic(${name}, ${channel}, ${cell.join(", ")})`
      : {
          channels: map ? `heatmap = ${callOf(map)}` : `strongest = probe.strongest(${name}, k=5)`,
          kernels: `kernels = probe.weights(${name})`,
          statistics: `histograms = probe.histograms(${name})`,
          network: "layers = probe.layers",
          differences: `strongest = probe.strongest(${name}, k=5)`,
          region: "ranking = probe.responding(region)",
        }[view];
  return [
    "probe = nnscope.Probe(model, image)",
    `channel = probe.activations(${name})[${channel}]  # of ${shape}`,
    last,
  ].join("\n");
}

/** The two that are compared, and what differs, or the channel of the side that is drawn. */
function compared(
  { layer, shape, channel, view, side }: Shown,
  [one, another]: (typeof OTHERS)[keyof typeof OTHERS],
): string {
  const name = JSON.stringify(layer);
  const values = `activations(${name})[${channel}]`;
  const last =
    view === "differences"
      ? `changes = probe.compare(other, ${name})`
      : side === "other"
        ? `channel = other.${values}  # of ${shape}`
        : `difference = probe.${values} - other.${values}  # of ${shape}`;
  return [`probe = ${one}`, `other = ${another}`, last].join("\n");
}

/** The call that makes the picture again. */
function maximizeOf(
  name: string,
  channel: number,
  { steps, size, seed }: NonNullable<Shown["wants"]>,
): string {
  return `probe.maximize(${name}, ${channel}, steps=${steps}${size ? `, size=${size}` : ""}, seed=${seed})`;
}

/** The call that makes the map again. */
function callOf({ layer, target, versus, unit, method, style, at }: NonNullable<Shown["map"]>): string {
  const own = unitOf(unit);
  const explained = own ? unitCode(own) : target;
  const words = [
    at === "layer" && `layer=${JSON.stringify(layer)}`,
    explained !== null && `target=${explained}`,
    versus !== null && !own && `versus=${versus}`,
    `method=${JSON.stringify(method)}`,
    style !== "paper" && `style=${JSON.stringify(style)}`,
  ];
  return `probe.${at === "layer" ? "cam" : "attribute"}(${words.filter(Boolean).join(", ")})`;
}

function unitCode({ layer, channel, cell }: Unit): string {
  return `nnscope.Unit(${JSON.stringify(layer)}, ${channel}${cell ? `, (${cell.join(", ")})` : ""})`;
}

export function copySnippet(store: Store, view: ViewState): void {
  const pictures = store.pictures.value;
  if (!pictures) return;
  const text = snippet({
    layer: pictures.layer,
    shape: [pictures.channels, ...pictures.size].join(" × "),
    channel: store.enlarged.value ?? store.order.value[view.focus.value] ?? 0,
    view: store.enlarged.value === null ? store.traits.view.value : "channels",
    cell: view.tab.value === "Sum" ? view.summed.value : null,
    wants: view.tab.value === "Wants" ? wantsOf(store) : null,
    map: store.laid.value,
    side: pictures.side,
    other: otherOf(store),
  });
  copy(text).then(
    () => tell(view, "Copied three lines of Python."),
    () => tell(view, "This page may not use the clipboard."),
  );
}

function wantsOf({ traits }: Store): Shown["wants"] {
  return { steps: traits.wants_steps.value, size: traits.wants_size.value, seed: traits.wants_seed.value };
}

function otherOf({ traits }: Store): Shown["other"] {
  const { kind, name } = traits._other.value;
  if (kind !== "specimen") return kind ?? null;
  return traits._specimens.value[traits.specimen.value]?.name === name ? "model" : "image";
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
