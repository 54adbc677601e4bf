/** What channels want, made up: pictures that come out of noise, a few channels at a time, those asked for last first. */

import type { LayerInfo } from "../src/records";
import type { FakeModel } from "./fakemodel";
import { type Encoded, encode } from "./packets";

/** Height and width of a picture, steps of a whole one, channels at a time and steps of a turn. */
export const SIDE = 64;
export const OF = 128;
const TOGETHER = 4;
const TURN = 32;
/** Milliseconds from turn to turn. */
const PAUSE = 250;
/** The channel that nothing drives, as in the made-up layers. */
export const DEAD = 3;
export const NOTE = "Nothing drives this channel: its gradient is zero everywhere.";

const fakes = new WeakMap<FakeModel, FakeWanted>();

/** Let what a model's kernel makes grow, once. */
export function growWanted(model: FakeModel): void {
  fakes.get(model)?.turn();
}

export class FakeWanted {
  readonly #steps = new Map<string, number>();
  #queue: number[] = [];
  #layer = "";
  #of = 0;
  #serial = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly model: FakeModel,
    readonly delay: number,
  ) {
    fakes.set(model, this);
  }

  /** What there is of these channels, which are made next. */
  tiles({ name, shape }: LayerInfo, channels: readonly number[]): Encoded {
    if (name !== this.#layer) this.#queue = [];
    this.#layer = name;
    this.#of = shape[0];
    const missing = channels.filter((channel) => this.#stepsOf(channel) < OF && channel !== DEAD);
    this.#queue = [...missing, ...this.#queue.filter((channel) => !missing.includes(channel))];
    if (this.delay > 0 && this.#queue.length > 0) this.#timer ??= setTimeout(() => this.turn(), PAUSE);
    const steps = channels.map((channel) => this.#stepsOf(channel));
    const tiles = new Uint8Array(channels.length * SIDE * SIDE * 3);
    channels.forEach((channel, i) => {
      if (steps[i])
        draw(channel, steps[i] / OF, tiles.subarray(i * SIDE * SIDE * 3, (i + 1) * SIDE * SIDE * 3));
    });
    const scores = new Float32Array(
      steps.map((made, i) => (made >= OF ? scoreOf(channels[i] ?? 0) : Number.NaN)),
    );
    const notes = channels.map((channel) => (channel === DEAD ? NOTE : ""));
    const facts = { epoch: 0, layer: name, channels, size: [SIDE, SIDE], of: OF, steps, notes };
    return encode("wants_tiles", facts, { tiles, scores }, { tiles: [channels.length, SIDE, SIDE, 3] });
  }

  turn(): void {
    this.#timer = undefined;
    const growing = this.model.get("wants") ? this.#queue.slice(0, TOGETHER) : [];
    for (const channel of growing) this.#steps.set(this.#key(channel), this.#stepsOf(channel) + TURN);
    this.#queue = this.#queue.filter((channel) => this.#stepsOf(channel) < OF);
    const prefix = this.#key("");
    const done = [...this.#steps].filter(([key, made]) => key.startsWith(prefix) && made >= OF).length;
    this.#serial += 1;
    const { epoch } = this.model.get("_header") as { epoch: number };
    const facts = { layer: this.#layer, epoch, serial: this.#serial, done, of: this.#of };
    this.model.receive({ _wanted: { ...facts, growing: this.#queue.slice(0, TOGETHER) } });
    if (this.delay > 0 && growing.length > 0) this.#timer ??= setTimeout(() => this.turn(), PAUSE);
  }

  #stepsOf(channel: number): number {
    return this.#steps.get(this.#key(channel)) ?? 0;
  }

  #key(channel: number | ""): string {
    return `${this.#layer}/${channel}`;
  }
}

export function scoreOf(channel: number): number {
  return 4 + (channel % 17) / 8;
}

/** Coloured ripples of one direction and wavelength a channel, which come out of noise. */
function draw(channel: number, done: number, pixels: Uint8Array): void {
  const [turn, wave] = [channel * 2.4, 3 + (channel % 7)];
  const [dx, dy] = [Math.cos(turn) / wave, Math.sin(turn) / wave];
  let seed = channel + 1;
  for (let i = 0; i < SIDE * SIDE; i++) {
    const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
    const bend = Math.sin((x * dy - y * dx) * 0.7 + channel) * 2;
    for (let colour = 0; colour < 3; colour++) {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      const noise = seed / 2147483648 - 0.5;
      const ripple = Math.sin((x * dx + y * dy) * 2 + bend + colour * (1 + (channel % 5) / 2)) / 2;
      pixels[3 * i + colour] = 128 + 230 * (done * ripple + (1 - done) * 0.5 * noise);
    }
  }
}
