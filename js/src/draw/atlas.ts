/** Painted tiles, kept on one canvas so that scrolling only copies them. */

import { pixelsOf } from "./paint";

/** Longest side of the canvas that every browser draws well. */
const SIDE = 4096;
const PIXELS = 1 << 22;

/** How many tiles of a size one atlas holds at once. */
export function roomFor(width: number, height: number, budget = PIXELS): number {
  const [across, down] = [Math.floor(SIDE / width), Math.floor(SIDE / height)];
  return Math.max(1, Math.min(across * down, Math.floor(budget / (width * height))));
}

/** Where a tile lies on the atlas. */
export interface Slot {
  readonly x: number;
  readonly y: number;
}

export class Atlas {
  readonly canvas = document.createElement("canvas");
  readonly #context: CanvasRenderingContext2D | null;
  readonly #image: ImageData | null;
  readonly #columns: number;
  readonly #capacity: number;
  /** Slot of each tile, the one used longest ago first. */
  readonly #slots = new Map<number, number>();
  /** Tiles that have to be painted again. */
  readonly #old = new Set<number>();

  /** Room for up to `count` tiles of one size, within `budget` pixels. */
  constructor(
    readonly width: number,
    readonly height: number,
    count: number,
    budget = PIXELS,
  ) {
    const across = Math.max(1, Math.floor(SIDE / width));
    this.#capacity = Math.min(count, roomFor(width, height, budget));
    this.#columns = Math.min(across, Math.ceil(Math.sqrt(this.#capacity)));
    this.canvas.width = this.#columns * width;
    this.canvas.height = Math.ceil(this.#capacity / this.#columns) * height;
    this.#context = this.canvas.getContext("2d");
    this.#image = this.#context?.createImageData(width, height) ?? null;
  }

  /** The place of a tile, painted now if it is not there yet. */
  place(tile: number, paint: (pixels: Uint32Array) => void): Slot {
    const known = this.#slots.get(tile);
    const slot = known ?? this.#free();
    this.#slots.delete(tile);
    this.#slots.set(tile, slot);
    const at = { x: (slot % this.#columns) * this.width, y: Math.floor(slot / this.#columns) * this.height };
    const old = this.#old.delete(tile);
    if ((known === undefined || old) && this.#image && this.#context) {
      paint(pixelsOf(this.#image));
      this.#context.putImageData(this.#image, at.x, at.y);
    }
    return at;
  }

  /** Forget all colours: they are painted again when next asked for. */
  clear(): void {
    this.#slots.clear();
  }

  /** Have a tile painted again when it is next asked for. */
  renew(tile: number): void {
    this.#old.add(tile);
  }

  #free(): number {
    if (this.#slots.size < this.#capacity) return this.#slots.size;
    const [oldest] = this.#slots;
    if (!oldest) return 0;
    this.#slots.delete(oldest[0]);
    return oldest[1];
  }
}
