/** Answers a model as the kernel would, from layers whose values are known. */

import { FakeModel } from "./fakemodel";
import { type Encoded, exactPacket, type LayerValues, layerPacket, mapPacket, nativePacket } from "./packets";

export interface Specimen {
  readonly layers: readonly LayerValues[];
  /** Everything else that the panel shows. */
  readonly traits: Record<string, unknown>;
}

interface Get {
  readonly k: string;
  readonly rid: number;
  readonly level: "coarse" | "native" | "exact";
  readonly layer: string;
  readonly channels: readonly number[];
}

/** A model with a kernel that takes `delay` milliseconds for each answer; 0 answers at once. */
export function fakeScope(specimen: Specimen, delay = 0): FakeModel {
  const model = new FakeModel({ ...specimen.traits, layers: specimen.layers.map(({ info }) => info) });
  const find = (name: unknown) => specimen.layers.find(({ info }) => info.name === name);
  const later = (action: () => void) => (delay === 0 ? action() : void setTimeout(action, delay));
  const show = () => {
    const layer = find(model.get("layer"));
    if (layer) model.receive(asTraits("_header", "_tiles", layerPacket(layer)));
    model.receive(mapTraits(model, layer));
  };
  model.onSave = (changed) => {
    if (changed.includes("layer")) later(show);
    else if (changed.some((name) => name === "cam" || name === "target")) {
      later(() => model.receive(mapTraits(model, find(model.get("layer")))));
    }
  };
  model.onSend = (content) => {
    const message = content as Get;
    const layer = find(message.layer);
    if (message.k === "get" && layer) later(() => answer(model, message, layer));
  };
  show();
  return model;
}

function answer(model: FakeModel, { rid, level, channels }: Get, layer: LayerValues): void {
  const packets = {
    coarse: () => layerPacket(layer),
    native: () => nativePacket(layer, channels),
    exact: () => exactPacket(layer, channels[0] ?? 0),
  };
  const { header, body } = packets[level]();
  model.message({ k: "data", rid, part: 0, parts: 1, header }, [body]);
}

function asTraits(header: string, body: string, packet: Encoded): Record<string, unknown> {
  return { [header]: packet.header, [body]: packet.body };
}

/** A map that stands in for Grad-CAM: the strongest channels of the layer, added up. */
function mapTraits(model: FakeModel, layer: LayerValues | undefined): Record<string, unknown> {
  const predictions = model.get("predictions") as { index: number; label: string }[];
  if (!layer || !model.get("cam") || predictions.length === 0)
    return { _map_header: {}, _map: new ArrayBuffer(0) };
  const target = (model.get("target") as number | null) ?? predictions[0]?.index ?? 0;
  const [channels, height, width] = layer.info.shape;
  const raw = new Float32Array(height * width);
  const shares = new Float32Array(channels);
  for (let c = 0; c < channels; c++) {
    const weight = Math.sin((c + 1) * (target + 1));
    for (let i = 0; i < raw.length; i++) {
      const part = weight * (layer.values[c * raw.length + i] ?? 0);
      raw[i] = (raw[i] ?? 0) + part;
      shares[c] = (shares[c] ?? 0) + part;
    }
  }
  const label = (model.get("_labels") as string[])[target] ?? `class ${target}`;
  const sentence = `Grad-CAM · logit of ${label} · at ${layer.info.name} · bilinear · ÷ max`;
  const facts = { epoch: 0, layer: layer.info.name, target, method: "gradcam", sentence, doubt: "" };
  return asTraits("_map_header", "_map", mapPacket(facts, [height, width], raw, shares));
}
