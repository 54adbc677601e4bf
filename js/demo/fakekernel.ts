/** Answers a model as the kernel would, from layers whose values are known. */

import { Altered } from "./altered";
import { changesPacket, pinsPacket, regionPacket } from "./channels";
import { differencesPacket, pairPacket, STATE, seen, turn } from "./compared";
import { type EditMessage, FakeEdits } from "./edits";
import { FakeModel } from "./fakemodel";
import { fieldPacket } from "./fields";
import { FakeGrowth } from "./growth";
import { kernelsPacket } from "./kernels";
import { networkPacket } from "./network";
import { asTraits, type Encoded, exactPacket, type LayerValues, layerPacket, nativePacket } from "./packets";
import { statisticsPacket } from "./statistics";
import { stagesPacket, sumPacket } from "./sums";
import { FakeWanted } from "./wantedtiles";
import { Work } from "./work";

export interface Specimen {
  readonly layers: readonly LayerValues[];
  /** Everything else that the panel shows. */
  readonly traits: Record<string, unknown>;
}

/** Traits that ask for another map. */
const QUESTION = ["cam", "target", "versus", "unit", "method", "map_style", "shares", "sort"];

interface Get {
  readonly k: string;
  readonly rid: number;
  readonly epoch: number;
  readonly what: string;
  readonly layer: string;
  readonly channels: readonly number[];
  readonly cell?: readonly [number, number];
  readonly units?: readonly string[];
}

/** A model with a kernel that takes `delay` milliseconds for each answer; 0 answers at once. */
export function fakeScope(specimen: Specimen, delay = 0): FakeModel {
  const model = new FakeModel({ ...specimen.traits, layers: specimen.layers.map(({ info }) => info) });
  const altered = new Altered(model, specimen.layers);
  const find = (name: unknown) => altered.find(name);
  const later = (action: () => void) => (delay === 0 ? action() : void setTimeout(action, delay));
  const work = new Work(model, find, delay);
  const show = () => {
    const layer = find(model.get("layer"));
    if (layer) {
      const { header, body } = layerPacket(seen(layer, model), altered.epoch());
      model.receive(asTraits("_header", "_tiles", { header: { ...header, side: model.get("side") }, body }));
    }
    work.map();
    work.effects();
  };
  model.onSave = (changed) => {
    const any = (names: readonly string[]) => changed.some((name) => names.includes(name));
    if (any(STATE)) later(() => turn(model));
    if (any(["silence", "fill"])) later(() => altered.tell());
    if (any(["layer", "silence", "fill", ...STATE])) later(show);
    else if (any(QUESTION)) {
      later(() => work.map());
      later(() => work.effects());
    }
    if (changed.includes("checks")) later(() => work.checks());
    later(() => growth.changed(changed));
  };
  const edits = new FakeEdits(model);
  const growth = new FakeGrowth(model, delay);
  model.tick = () => growth.tick();
  const wanted = new FakeWanted(model, delay);
  model.onSend = (content, buffers) => {
    const message = content as Get;
    if (message.k === "edit") {
      const edit = content as EditMessage;
      const file = edit.op === "wanted" ? growth.file(edit.method, edit.negative) : buffers?.[0];
      later(() => void edits.take(edit, file));
    }
    if (message.k === "grow") later(() => growth.take((content as { op: string }).op));
    if (message.k === "stop") work.stop();
    if (message.k === "get") later(() => answer(model, message, altered, wanted));
  };
  show();
  return model;
}

function answer(
  model: FakeModel,
  { rid, epoch, what, layer: name, channels, cell = [0, 0], units = [] }: Get,
  altered: Altered,
  wanted: FakeWanted,
): void {
  const { layers } = altered;
  const layer = altered.find(name);
  const region = (model.get("region") ?? []) as readonly number[];
  const target = Number(model.get("target") ?? 0);
  const packets: Record<string, (layer: LayerValues) => Encoded> = {
    coarse: (layer) => layerPacket(seen(layer, model)),
    native: (layer) => nativePacket(seen(layer, model), channels),
    exact: (layer) => exactPacket(seen(layer, model), channels[0] ?? 0),
    pair: (layer) => pairPacket(layer, model, channels),
    kernels: (layer) => kernelsPacket(layer, channels),
    statistics: (layer) => statisticsPacket(layer, channels, target),
    stages: (layer) => stagesPacket(layers, layer, channels[0] ?? 0),
    field: (layer) => fieldPacket(layer, channels[0] ?? 0, cell),
    sum: (layer) => sumPacket(layers, layer, channels[0] ?? 0, cell),
    region: (layer) => regionPacket(layers, layer, region),
    wants: (layer) => wanted.tiles(layer.info, channels),
    differences: (layer) =>
      model.get("silence")
        ? changesPacket(layer, altered.before(name) ?? layer)
        : differencesPacket(layers, layer, model),
  };
  const ofAll: Record<string, () => Encoded> = {
    network: () => networkPacket(),
    pins: () => pinsPacket((of) => altered.find(of), units),
  };
  const packet = ofAll[what]?.() ?? (layer && packets[what]?.(layer));
  // Whatever it is asked about, this network is in that state.
  const header = packet && { ...packet.header, epoch };
  if (packet) model.message({ k: "data", rid, part: 0, parts: 1, header }, [packet.body]);
  else model.message({ k: "error", rid, code: "unavailable", message: `This kernel knows no ${what}.` });
}
