/** One network, ready to be drawn, and the words for its nodes. */

import { times } from "../draw/number";
import { exact, short } from "../draw/si";
import type { Network, NetworkNode } from "../findings";
import { around, type Blocks, blocksOf, INPUT, layersIn, MODEL } from "./blocks";
import { Draughtsman } from "./drawing";
import { linksOf } from "./links";
import { entryOf } from "./sorting";

export class NetworkMap {
  readonly blocks: Blocks;
  readonly draughtsman: Draughtsman;
  readonly #places: ReadonlyMap<string, number>;

  constructor(readonly network: Network) {
    this.blocks = blocksOf(network.nodes);
    this.draughtsman = new Draughtsman(this.blocks, linksOf(network.edges, this.blocks));
    this.#places = new Map(network.nodes.map(({ name }, place) => [name, place]));
  }

  node(place: number): NetworkNode | undefined {
    return this.network.nodes[place];
  }

  /** Place of a layer by its name. */
  placeOf(layer: string): number | undefined {
    return this.#places.get(layer);
  }

  isBlock(place: number): boolean {
    return this.blocks.parts.has(place);
  }

  /** The name without that of the block it stands in; a mere number keeps the last word of it. */
  shortName(place: number): string {
    if (place === INPUT) return "input";
    const name = this.node(place)?.name ?? "";
    const block = this.node(this.blocks.parent(place))?.name;
    if (!block || !name.startsWith(`${block}.`)) return name;
    const own = name.slice(block.length + 1);
    return /^\d+$/.test(own) ? `${block.split(".").at(-1)}.${own}` : own;
  }

  /** `64 × 56 × 56 · 36.9 k params`, and of a block how many layers it holds. */
  subtitle(place: number): string {
    const node = this.node(place);
    if (!node) return "";
    const parameters = node.parameters > 0 ? [`${short(node.parameters)} params`] : [];
    return [times(node.shape), ...parameters, ...this.#size(place)].filter(Boolean).join(" · ");
  }

  /** `layer1.0.conv1, Conv2d, 64 × 56 × 56, 36,864 parameters`. */
  label(place: number): string {
    const node = this.node(place);
    if (!node) return "input, the image";
    const parameters = node.parameters > 0 ? [`${exact(node.parameters)} parameters`] : [];
    const words = [node.name, node.kind, times(node.shape), ...parameters, ...this.#size(place)];
    return words.filter(Boolean).join(", ");
  }

  #size(place: number): string[] {
    return this.isBlock(place) ? [`${layersIn(this.blocks, place)} layers`] : [];
  }

  /** All that is known of a node, in words. */
  facts(place: number): readonly (readonly [name: string, value: string])[] {
    const node = this.node(place);
    if (!node) return [];
    const field = entryOf(node, "receptive field");
    const stride = entryOf(node, "stride");
    const facts: (readonly [string, string])[] = [["output", times(node.shape)]];
    for (const name of ["parameters", "multiply-adds", "memory"] as const) {
      const { text } = entryOf(node, name);
      if (text) facts.push([name, text]);
    }
    if (node.receptiveField) facts.push(["receptive field", field.text === "all" ? field.full : field.text]);
    if (node.stride) facts.push(["stride", stride.text]);
    if (node.channel !== null) facts.push(["strongest channel", `${node.channel}`]);
    return facts;
  }

  /** All that can be folded. */
  folding(): Set<number> {
    return new Set([...this.blocks.parts.keys()].filter((block) => block !== MODEL));
  }

  /** The blocks that must be open for these nodes to be seen. */
  opening(places: Iterable<number>): Set<number> {
    return new Set([...places].flatMap((place) => around(this.blocks, place)));
  }
}
