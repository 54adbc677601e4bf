import { expect, test } from "vitest";
import { networkPacket, resnet } from "../../demo/network";
import { readNetwork } from "../wire/network";
import { decode } from "../wire/packet";
import { blocksOf, INPUT } from "./blocks";
import { Draughtsman } from "./drawing";
import { linksOf } from "./links";
import { Moves } from "./moves";

const { header, body } = networkPacket(resnet([2, 1, 1, 1]));
const { nodes, edges } = readNetwork(decode(header, body));
const blocks = blocksOf(nodes);
const placeOf = (name: string) => nodes.findIndex((node) => node.name === name);

function moving(...names: string[]): (name: string, step: readonly [number, number]) => string | undefined {
  const open = new Set(names.map(placeOf));
  const drawing = new Draughtsman(blocks, linksOf(edges, blocks)).draw(open);
  const moves = new Moves(drawing, blocks, edges, open);
  return (name, step) => {
    const found = moves.from(name === "input" ? INPUT : placeOf(name), step);
    return found === INPUT ? "input" : nodes[found ?? -9]?.name;
  };
}

const [up, down, left, right] = [[-1, 0] as const, [1, 0] as const, [0, -1] as const, [0, 1] as const];

test("up and down follow the image, round what is closed", () => {
  const go = moving();
  expect(go("input", down)).toBe("conv1");
  expect(go("maxpool", down)).toBe("layer1");
  expect(go("layer1", down)).toBe("layer2");
  expect(go("conv1", up)).toBe("input");
  expect(go("input", up)).toBeUndefined();
  expect(go("fc", down)).toBeUndefined();
});

test("sideways leads to what stands beside, or to the block around", () => {
  const go = moving("layer1", "layer1.0");
  const sides = [left, right].map((step) => go("layer1.0.downsample", step));
  expect(sides.some((name) => name?.startsWith("layer1.0."))).toBe(true);
  expect(go("layer1.0.relu:3", left)).toBe("layer1.0");
  expect(go("layer1.0", left)).toBe("layer1");
  expect(go("layer1", right)).toBe("layer1.0");
});

test("from the title of a block: down into it, up to what leads to it", () => {
  const go = moving("layer1", "layer1.0");
  expect(go("layer1", down)).toBe("layer1.0");
  expect(go("layer1.0", down)).toBe("layer1.0.conv1");
  expect(go("layer1", up)).toBe("maxpool");
});
