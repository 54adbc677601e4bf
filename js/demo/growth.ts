/** What the kernel does about what a channel wants: pictures that grow from noise into ripples of their channel. */

import { KINDS } from "../src/draw/wantswords";
import type { FakeModel } from "./fakemodel";
import { asTraits, encode } from "./packets";
import { pngOf } from "./png";

const NOTHING = new ArrayBuffer(0);

/** Steps of each picture between two packets. */
const STRIDE = 8;

/** The channel of the made-up network that is zero for every image. */
const DEAD = 3;

const HOW = {
  fourier:
    "Adam on Fourier coefficients, colours decorrelated · jitter 8 and 4 px, scaled 0.90 to 1.10, turned up to 10°",
  pixels: "plain ascent on the pixels · L2 0.5, total variation 2",
};

interface Grown {
  readonly layer: string;
  readonly channel: number;
  readonly side: number;
  readonly seed: number;
  readonly steps: number;
  left: string;
  /** Steps of each of the four. */
  readonly at: number[];
}

export class FakeGrowth {
  readonly #whole = new Map<string, Grown>();
  #now: Grown | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    readonly model: FakeModel,
    readonly delay: number,
  ) {}

  /** Traits were written by the panel. */
  changed(names: readonly string[]): void {
    // What grows no longer fits other settings.
    if (names.some((name) => name.startsWith("wants_"))) this.model.receive({ growing: false });
    const elsewhere = names.includes("channel") || names.includes("layer");
    if (!elsewhere && !names.includes("growing")) return;
    clearInterval(this.#timer);
    if (this.model.get("channel") === null || !this.model.get("growing")) return;
    const now = this.#now;
    if (!now || keyOf(now) !== this.#key()) {
      this.#now = this.#whole.get(this.#key()) ?? this.#begun();
    }
    if (this.#done() === 1) this.#tell();
    else if (this.delay > 0) this.#timer = setInterval(() => this.tick(), 4 * this.delay);
  }

  /** Make some steps: two pictures in turn, then the other two. */
  tick(): void {
    const now = this.#now;
    if (!now || !this.model.get("growing")) return;
    const first = now.at.some((step, i) => i < 2 && step < now.steps) ? 0 : 2;
    for (const i of [first, first + 1]) now.at[i] = Math.min(now.steps, (now.at[i] as number) + STRIDE);
    this.#tell();
  }

  take(op: string): void {
    const now = this.#now;
    if (op === "cancel") {
      clearInterval(this.#timer);
      this.#now = this.#whole.get(this.#key()) ?? null;
      this.model.receive({ growing: false });
      if (this.#now) this.#tell();
      else this.model.receive({ _wants_header: {}, _wants: NOTHING });
    }
    if (op === "again") this.#now = this.#begun();
    // The whole ones stay as they are: who cancels gets them back.
    if (op === "more" && now) {
      this.#now = { ...now, at: [...now.at], steps: now.steps + this.#number("wants_steps", 128) };
    }
    if (op !== "cancel" && this.model.get("growing")) this.changed(["growing"]);
  }

  /** The file of a picture, as it takes the image's place. */
  file(method: string, negative: boolean): ArrayBuffer {
    const place = KINDS.findIndex((kind) => kind.method === method && kind.negative === negative);
    return this.#now ? (pictured(this.#now, place).slice().buffer as ArrayBuffer) : NOTHING;
  }

  #key(): string {
    return `${this.model.get("layer")}[${this.model.get("channel")}]`;
  }

  #number(name: string, fallback: number): number {
    return Number(this.model.get(name)) || fallback;
  }

  #begun(): Grown {
    return {
      layer: String(this.model.get("layer")),
      channel: Number(this.model.get("channel")),
      side: this.#number("wants_size", this.delay > 0 ? 128 : 32),
      seed: this.#number("wants_seed", 0),
      steps: this.#number("wants_steps", 128),
      left: "",
      at: [0, 0, 0, 0],
    };
  }

  #done(): number {
    const { at, steps } = this.#now as Grown;
    return at.reduce((sum, step) => sum + step, 0) / (4 * steps);
  }

  #tell(): void {
    const now = this.#now as Grown;
    const { epoch } = this.model.get("_header") as { epoch: number };
    const whole = this.#done() === 1;
    if (whole) {
      this.#whole.set(this.#key(), now);
      clearInterval(this.#timer);
    }
    this.model.receive({
      ...asTraits("_wants_header", "_wants", wantsPacket(now, epoch, this.#done())),
      ...(whole ? { growing: false } : {}),
    });
  }
}

function keyOf({ layer, channel }: Grown): string {
  return `${layer}[${channel}]`;
}

function wantsPacket(now: Grown, epoch: number, done: number) {
  const { layer, channel, side, steps, seed, left, at } = now;
  const dead = channel === DEAD;
  const history = Float32Array.from({ length: 4 * steps }, (_, i) => {
    const [place, step] = [Math.floor(i / steps), i % steps];
    return step < (at[place] as number) ? objectiveAt(now, place, step + 1) : Number.NaN;
  });
  const pictures = KINDS.map((kind, i) => {
    const step = at[i] as number;
    return {
      ...kind,
      step,
      score: step > 0 ? objectiveAt(now, i, step) : null,
      note: dead && step > 0 ? "This channel is 0 whatever it is shown: its picture is noise." : "",
      sentence: `Gradient ascent: ${kind.negative ? "least" : "largest"} mean of channel ${channel} of ${layer} · ${
        HOW[kind.method]
      } · ${step} of ${steps} steps · ${side} × ${side} · from noise, seed ${seed}`,
      type: "image/png",
    };
  });
  const facts = {
    ...{ epoch, layer, channel, size: [side, side], steps, seed, done, left, pictures },
    ...{ natural: { name: "chelsea", score: dead ? 0 : 0.83 }, here: dead ? 0 : -0.02 },
  };
  const files = pictures.map(({ step }, i) => [
    `picture_${i}`,
    step > 0 ? pictured(now, i) : new Uint8Array(0),
  ]);
  return encode("wants", facts, { history, ...Object.fromEntries(files) }, { history: [4, steps] });
}

/** It climbs fast at first, and trembles. */
function objectiveAt({ channel, steps }: Grown, place: number, step: number): number {
  if (channel === DEAD) return 0;
  const height = [4.31, 5.77, -2.4, -3.1][place] as number;
  return height * (1 - Math.exp((-4 * step) / steps)) + 0.08 * Math.sin(1.7 * step);
}

function pictured({ channel, side, seed, steps, at }: Grown, place: number): Uint8Array {
  const clear = channel === DEAD ? 0 : Math.min(1, (2 * (at[place] as number)) / steps);
  const pixels = new Uint8Array(3 * side * side);
  const way = channel + 1.3 * place;
  for (let i = 0; i < pixels.length; i++) {
    const [x, y, colour] = [Math.floor(i / 3) % side, Math.floor(i / (3 * side)), i % 3];
    const wave =
      Math.sin((x * Math.cos(way) + y * Math.sin(way)) / 5 + colour) + Math.cos((x - y) / 11 + way);
    const random = Math.sin(12.9898 * i + 78.233 * (seed + place)) * 43758.5453;
    const noise = random - Math.floor(random) - 0.5;
    const grain = place % 2 === 0 ? 0.15 : 0.5;
    pixels[i] = Math.max(0, Math.min(255, 128 + 50 * clear * wave + 160 * noise * (1 - (1 - grain) * clear)));
  }
  return pngOf(side, side, pixels);
}
