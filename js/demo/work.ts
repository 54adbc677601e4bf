/** What the fake kernel works on: maps and checks, long ones step by step, until they are stopped. */

import { unitOf } from "../src/draw/unit";
import { unitWords } from "../src/draw/unitwords";
import type { MethodInfo, Prediction, Question } from "../src/records";
import { effectsPacket } from "./channels";
import type { FakeModel } from "./fakemodel";
import { factsOf, make } from "./maps";
import { METHODS } from "./methods";
import { asTraits, checksPacket, type LayerValues, mapPacket } from "./packets";

const NOTHING = new ArrayBuffer(0);
const STEPS = 8;

export class Work {
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly model: FakeModel,
    readonly find: (name: unknown) => LayerValues | undefined,
    readonly delay: number,
  ) {}

  stop(): void {
    clearTimeout(this.#timer);
    this.model.receive({ status: "ready", progress: null });
  }

  map(): void {
    this.stop();
    const { model } = this;
    const layer = this.find(model.get("layer"));
    const asked = this.#asked();
    const wanted = model.get("cam") || model.get("shares") || model.get("sort") === "share";
    if (!layer || !wanted || asked.target === null) {
      model.receive({ _map_header: {}, _map: NOTHING, error: "" });
      return;
    }
    const method = this.#method(asked.method);
    if (method.key === "deconvnet") {
      model.receive({ error: "This network has no ReLU whose rule could be changed." });
      return;
    }
    const { epoch } = model.get("_header") as { epoch: number };
    const made = make(asked, method, layer);
    this.#inSteps(method.long, `covering ${asked.layer}`, (done) => {
      const values = made.values.map((value, i) => (i < done * made.values.length ? value : 0));
      const facts = { ...factsOf(asked, method, made, this.#words(asked), done), epoch };
      const weights = method.key === "layercam" ? undefined : made.weights;
      model.receive({
        ...asTraits("_map_header", "_map", mapPacket(facts, made.size, values, made.shares, weights)),
        error: "",
      });
    });
  }

  /** Effects of the channels of the layer, while the grid is sorted by them. */
  effects(): void {
    const { model } = this;
    const layer = this.find(model.get("layer"));
    const { target } = this.#asked();
    if (!layer || model.get("sort") !== "effect" || target === null) return;
    const { epoch } = model.get("_header") as { epoch: number };
    const [first] = (model.get("predictions") as Prediction[]).filter(({ index }) => index === target);
    const label = (model.get("_labels") as string[])[target] ?? "";
    this.#inSteps(true, `silencing ${layer.info.name}`, (done) => {
      const { header, body } = effectsPacket(layer, target, label, first?.logit ?? 0, done);
      model.receive({ _effects_header: { ...header, epoch }, _effects: body });
    });
  }

  checks(): void {
    this.stop();
    const { model } = this;
    const layer = this.find(model.get("layer"));
    if (!layer || !model.get("checks")) {
      model.receive({ _checks_header: {}, _checks: NOTHING });
      return;
    }
    const asked = this.#asked();
    const method = this.#method(asked.method);
    const made = [0, 0.02, 0.1, 1, 3, 0.5].map((turn) => make(asked, method, layer, turn));
    const labels = [
      "the map",
      ...[1, 3, 6, 12].map((n) => `weights of the last ${n} of 12 layers re-initialised`),
      "runner-up: tiger cat",
    ];
    const kinds = ["map", "randomised", "randomised", "randomised", "randomised", "runner-up"];
    const similarity = [null, 0.93, 0.61, 0.12, -0.04, 0.48];
    const fractions = Array.from({ length: 21 }, (_, i) => i / 20);
    const curves = {
      fractions,
      deletion: fractions.map((part) => 0.393 * Math.exp(-6 * part)),
      insertion: fractions.map(
        (part) => 0.393 * (1 - Math.exp(-4 * part)) + 0.05 * Math.sin(9 * part) * (1 - part),
      ),
    };
    this.#inSteps(true, "checking the map", (done) => {
      const there = Math.round(done * made.length);
      const rows = made.slice(0, there).map(({ ends }, i) => ({
        ...{ label: labels[i] ?? "", kind: kinds[i] ?? "", similarity: similarity[i] ?? null, ends },
      }));
      const whole = done === 1;
      const facts = {
        epoch: 0,
        question: (model.get("_map_header") as { sentence?: string }).sentence ?? "",
        done,
        signed: made[0]?.signed,
        smooth: method.at === "layer",
        verdicts: whole ? VERDICTS : [],
        deletion: whole ? 0.07 : null,
        insertion: whole ? 0.31 : null,
      };
      const values = made.slice(0, there).map((map) => map.values);
      const lines = whole ? curves : { fractions: [], deletion: [], insertion: [] };
      const size = made[0]?.size ?? ([1, 1] as const);
      model.receive(asTraits("_checks_header", "_checks", checksPacket(facts, rows, size, values, lines)));
    });
  }

  #inSteps(long: boolean, status: string, step: (done: number) => void): void {
    const { model, delay } = this;
    const go = (count: number) => {
      const progress = count / STEPS;
      model.receive({ status, progress });
      step(progress);
      this.#timer = setTimeout(() => (count < STEPS ? go(count + 1) : this.stop()), 10 * delay);
    };
    if (long && delay > 0) go(1);
    else step(1);
  }

  #asked(): Question {
    const { model } = this;
    const [first] = model.get("predictions") as Prediction[];
    return {
      layer: model.get("layer") as string,
      target: (model.get("target") as number | null) ?? first?.index ?? null,
      versus: model.get("versus") as number | null,
      unit: model.get("unit") as string,
      method: model.get("method") as string,
      style: model.get("map_style") as string,
    };
  }

  #method(key: string): MethodInfo {
    return METHODS.find((method) => method.key === key) ?? (METHODS[0] as MethodInfo);
  }

  #words({ target, versus, unit }: Question): string {
    const own = unitOf(unit);
    if (own) return `${unitWords(own)} of ${own.layer}`;
    const labels = this.model.get("_labels") as string[];
    const name = (index: number | null) => labels[index ?? 0] ?? `class ${index}`;
    return `logit of ${name(target)}${versus === null ? "" : ` − logit of ${name(versus)}`}`;
  }
}

const VERDICTS = [
  "The map changes when the weights do: it shows something of this network, not only edges of the image.",
  "The map of the runner-up is much alike: it tells little about what sets these two classes apart.",
];
