/** What can be done with the graph: fold, look about, and go to a layer. */

import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { INPUT, shownAs } from "../graph/blocks";
import { type Camera, type Extents, fitted, held, revealing, zoomed } from "../graph/camera";
import type { Drawing, Placed } from "../graph/drawing";
import { Moves } from "../graph/moves";
import type { NetworkState } from "./networkstate";

/** How far one press of a button zooms. */
export const STEP = 1.4;
/** Smaller than this, the drawing is not shown whole at first. */
const READABLE = 0.6;
/** Empty room beside a drawing that is as wide as the view, in pixels. */
const SIDES = 32;
export const NOTHING: Extents = { width: 0, height: 0 };

export class GraphControl {
  readonly drawing: ReadonlySignal<Drawing>;
  readonly moves: ReadonlySignal<Moves>;
  /** Of the view, in pixels; 0 × 0 while it is not in the page. */
  readonly size: Signal<Extents>;

  /**
   * @param goTo Shows the pictures of a layer.
   * @param size Of the view, where it is known already.
   */
  constructor(
    readonly state: NetworkState,
    readonly goTo: (layer: string) => void,
    size: Extents = NOTHING,
  ) {
    this.size = signal(size);
    const { map, open } = state;
    this.drawing = computed(() => map.draughtsman.draw(open.value));
    this.moves = computed(() => new Moves(this.drawing.value, map.blocks, map.network.edges, open.value));
  }

  /** What stands for a node as the blocks are folded now. */
  shown(node: number): number {
    const { map, open } = this.state;
    return node === INPUT ? INPUT : shownAs(map.blocks, open.value, node);
  }

  focus(node: number): void {
    this.state.active.value = node;
    const box = this.#placed(node);
    if (box) this.#move((camera) => revealing(camera, box, this.size.value));
  }

  /** Fold or unfold a block, which stays where it is on the screen. */
  toggle(block: number): void {
    const { open } = this.state;
    const next = new Set(open.value);
    if (!next.delete(block)) next.add(block);
    const before = this.#placed(block);
    open.value = next;
    const after = this.#placed(block);
    if (before && after) {
      this.#move(({ scale, x, y }) => ({
        scale,
        x: x + (before.x - after.x) * scale,
        y: y + (before.y - after.y) * scale,
      }));
    }
    this.focus(block);
  }

  /** Show the parts of these blocks only. */
  unfold(blocks: ReadonlySet<number>): void {
    this.state.open.value = blocks;
    this.focus(this.shown(this.state.active.value));
  }

  /** Unfold what is around a node, and bring it into sight. */
  reveal(node: number): void {
    const { map, open } = this.state;
    open.value = new Set([...open.value, ...map.opening([node])]);
    this.focus(node);
  }

  /** Go to the layer; a block without pictures is unfolded. */
  enter(node: number): void {
    const { map } = this.state;
    const layer = map.node(node);
    if (layer?.viewable) this.goTo(layer.name);
    else if (map.isBlock(node)) this.toggle(node);
  }

  /** Zoom around a point of the view, or its middle. */
  zoom(by: number, at?: readonly [number, number]): void {
    const { width, height } = this.size.value;
    const [x, y] = at ?? [width / 2, height / 2];
    this.#move((camera) => zoomed(camera, by, x, y));
  }

  showAll(): void {
    this.state.camera.value = fitted(this.drawing.value, this.size.value);
  }

  /** Move the drawing; returns whether there was anywhere to go the way it was mostly moved. */
  pan(right: number, down: number): boolean {
    const before = this.state.camera.value;
    this.#move(({ scale, x, y }) => ({ scale, x: x + right, y: y + down }));
    const after = this.state.camera.value;
    return Math.abs(right) > Math.abs(down) ? before?.x !== after?.x : before?.y !== after?.y;
  }

  /** Look at all of it, or, where that would be too small to read, at one node. */
  start(node: number): void {
    const { width } = this.size.value;
    this.state.active.value = this.shown(node);
    this.showAll();
    if ((this.state.camera.value?.scale ?? 1) >= READABLE) return;
    const scale = Math.min(1, Math.max(READABLE, (width - SIDES) / this.drawing.value.width));
    this.#move(() => ({ scale, x: 0, y: 0 }));
    this.focus(this.shown(node));
  }

  /** Take another size; what was in the middle stays there. */
  resize(size: Extents): void {
    const more = size.width - this.size.peek().width;
    const known = this.size.peek().width > 0 && size.width > 0;
    this.size.value = size;
    if (known) this.#move(({ scale, x, y }) => ({ scale, x: x + more / 2, y }));
  }

  #placed(node: number): Placed | undefined {
    return this.drawing.value.placed.find((placed) => placed.node === node);
  }

  #move(to: (camera: Camera) => Camera): void {
    const { camera } = this.state;
    if (camera.value) camera.value = held(to(camera.value), this.drawing.value, this.size.value);
  }
}
