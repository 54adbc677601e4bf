/** A `kernels` packet. */

import type { Kernels } from "../findings";
import { ends } from "./lists";
import { expect, float32, numbers, type Packet, pair, text, whole } from "./packet";

export function readKernels(packet: Packet): Kernels {
  const { facts } = expect(packet, "kernels");
  const channels = numbers(facts.channels, "channels");
  const size = pair(facts.size, "size");
  const inputs = whole(facts.inputs, "inputs");
  const bias = float32(packet, "bias");
  return {
    epoch: whole(facts.epoch, "epoch"),
    layer: text(facts.layer),
    channels,
    size,
    inputs,
    outputs: whole(facts.outputs, "outputs"),
    groups: whole(facts.groups, "groups"),
    transposed: facts.transposed === true,
    shared: ends(facts.shared, "shared"),
    // Only three inputs can be mixed to a colour.
    colour: facts.colour === true && inputs === 3,
    note: text(facts.note),
    weights: float32(packet, "weights", channels.length * inputs * size[0] * size[1]),
    bias: bias.length === channels.length ? bias : new Float32Array(0),
    first: float32(packet, "first", channels.length),
  };
}
