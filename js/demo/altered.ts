/** What becomes of the made-up network when channels are silenced: its layers, its scores, and the number of its state. */

import { has, silenceOf } from "../src/draw/silence";
import type { Prediction } from "../src/records";
import type { FakeModel } from "./fakemodel";
import type { LayerValues } from "./packets";

/** Traits that make another state. */
const STATE = ["specimen", "against", "side", "silence", "fill"];

export class Altered {
  readonly #numbers = new Map<string, number>();
  readonly #predictions: readonly Prediction[];
  readonly #other: unknown;

  constructor(
    readonly model: FakeModel,
    readonly layers: readonly LayerValues[],
  ) {
    this.#predictions = (model.get("predictions") ?? []) as Prediction[];
    this.#other = model.get("_other") ?? {};
    this.epoch();
  }

  /** The same number for the same state, also after going back to it; 0 for the first. */
  epoch(): number {
    const key = JSON.stringify(STATE.map((name) => this.model.get(name) || null));
    const known = this.#numbers.get(key) ?? this.#numbers.size;
    this.#numbers.set(key, known);
    return known;
  }

  /** The layer as it is now: silenced channels hold zero or their mean, those of later layers are weaker by as many. */
  find(name: unknown): LayerValues | undefined {
    const found = this.before(name);
    const silence = silenceOf((this.model.get("silence") as string | undefined) ?? "");
    const source = silence && this.before(silence.layer);
    if (!found || !silence || !source) return found;
    const later = this.layers.indexOf(found) - this.layers.indexOf(source);
    if (later < 0) return found;
    const [count] = source.info.shape;
    const quiet = Array.from({ length: count }, (_, channel) => has(silence, silence.layer, channel));
    const values = found.values.slice();
    if (later > 0) {
      const left = 1 - (0.6 * quiet.filter(Boolean).length) / count;
      return { info: found.info, values: values.map((value) => value * left) };
    }
    const cells = values.length / count;
    quiet.forEach((silenced, channel) => {
      const own = values.subarray(channel * cells, (channel + 1) * cells);
      const mean = own.reduce((sum, value) => sum + (value || 0), 0) / cells;
      if (silenced) own.fill(this.model.get("fill") === "mean" ? mean : 0);
    });
    return { info: found.info, values };
  }

  /** The layer with nothing silenced. */
  before(name: unknown): LayerValues | undefined {
    return this.layers.find(({ info }) => info.name === name);
  }

  /** Scores as they are now, and what they are compared with. */
  tell(): void {
    const silence = silenceOf((this.model.get("silence") as string | undefined) ?? "");
    const source = silence && this.before(silence.layer);
    if (!silence || !source) {
      this.model.receive({ predictions: this.#predictions, _other: this.#other });
      return;
    }
    const quiet = Array.from({ length: source.info.shape[0] }, (_, channel) => channel).filter((channel) =>
      has(silence, silence.layer, channel),
    );
    const logits = this.#predictions.map(
      ({ index, logit }) => logit - quiet.reduce((sum, channel) => sum + effectOf(source, channel, index), 0),
    );
    const most = Math.max(...logits);
    const whole = logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0);
    const predictions = this.#predictions.map(({ logit: before, probability, ...rest }, i) => ({
      ...rest,
      logit: logits[i],
      probability: Math.exp((logits[i] ?? 0) - most) / whole,
      before: { logit: before, probability },
    }));
    const kind = (this.#other as { kind?: string }).kind;
    const other = kind
      ? this.#other
      : { kind: "before", name: "before", model: "", picture: new ArrayBuffer(0) };
    this.model.receive({ predictions, _other: other });
  }
}

/** What the score of a class loses without a channel: something of its share, and something of its own. */
export function effectOf({ info, values }: LayerValues, channel: number, target: number): number {
  const cells = info.shape[1] * info.shape[2];
  const own = values.subarray(channel * cells, (channel + 1) * cells);
  const mean = own.reduce((sum, value) => sum + (value || 0), 0) / cells;
  return mean * (3 * Math.sin((channel + 1) * (target + 1)) + Math.cos(7 * channel));
}
