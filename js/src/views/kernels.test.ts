import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { fakeScope } from "../../demo/fakekernel";
import { biasOf, firstInput, kernelOf, specOf } from "../../demo/kernels";
import { type Mounted, mountWidget, pretendLayout } from "../../demo/mounted";
import { madeUp } from "../../demo/specimen";
import { format } from "../draw/number";
import { kernelWords } from "./kernels";
import { multiplies, nearestBefore } from "./noweights";

beforeAll(pretendLayout);

const specimen = madeUp();
const layers = specimen.layers.map(({ info }) => info);
let panel: Mounted;
afterEach(() => panel?.unmount());

async function open(layer: string): Promise<void> {
  panel = mountWidget({ ...specimen, traits: { ...specimen.traits, layer, view: "kernels" } });
  await vi.waitFor(() => panel.find("grid", "Kernels"));
  await panel.settle();
}

const cells = () => panel.all("gridcell");
const stop = () => cells().filter((cell) => cell.tabIndex === 0);
const focused = () => document.activeElement?.getAttribute("aria-label");
const footer = () => panel.find("group", "Status").textContent;

function asked(): number[][] {
  const sent = panel.model.sent as { what: string; channels: number[] }[];
  return sent.filter(({ what }) => what === "kernels").map(({ channels }) => channels);
}

async function press(key: string, more?: KeyboardEventInit): Promise<void> {
  panel.press(document.activeElement ?? panel.root, key, more);
  await panel.settle();
}

async function point(x: number, y: number): Promise<void> {
  const at = new MouseEvent("pointermove", { clientX: x, clientY: y, bubbles: true });
  panel.find("grid", "Kernels").dispatchEvent(at);
  await panel.settle();
}

test("only the kernels in sight are in the page, and only theirs are asked for", async () => {
  await open("blocks.4.conv2d");
  expect(panel.find("grid", "Kernels").getAttribute("aria-rowcount")).toBe("2048");
  expect(cells().length).toBeLessThan(20);
  expect(Math.max(...asked().flat())).toBeLessThan(64);
  expect(cells()[5]?.getAttribute("aria-label")).toBe("kernel of channel 5 of 2048");
});

test("the last channel is one key away; its kernels come, those between do not", async () => {
  await open("blocks.4.conv2d");
  stop()[0]?.focus();
  await press("End", { ctrlKey: true });
  expect(focused()).toBe("kernel of channel 2047 of 2048");
  const grid = panel.find("grid", "Kernels");
  grid.scrollTop = 1000 * 37;
  grid.dispatchEvent(new Event("scroll"));
  await vi.waitFor(() => expect(asked().flat()).toContain(1000));
  expect(asked().flat()).not.toContain(500);
  for (const part of asked()) expect(part.length * 128 * 9 * 4).toBeLessThanOrEqual(256 * 1024);
});

test("arrows lead from row to row and from input to input; Enter enlarges, and the focus comes back", async () => {
  await open("blocks.1.conv2d");
  stop()[0]?.focus();
  await press("ArrowDown");
  await press("ArrowDown");
  expect(focused()).toBe("kernel of channel 2 of 32");
  expect(stop()).toHaveLength(1);
  await press("ArrowRight");
  await press("ArrowRight");
  expect(panel.root.textContent).toContain("kernel of channel 2, input 1: ");
  expect(focused()).toBe("kernel of channel 2 of 32");
  await press("End");
  expect(panel.root.textContent).toContain("kernel of channel 2, input 15: ");
  await press("Enter");
  expect(panel.model.get("channel")).toBe(2);
  await press("Escape");
  expect(focused()).toBe("kernel of channel 2 of 32");
});

test("the status line tells the weight under the pointer", async () => {
  await open("blocks.1.conv2d");
  // Row 3, input 2, cell (1, 2): rows are 37 pixels apart, columns 36, cells 11, behind labels of 80 and 18.
  await point(80 + 2 * 36 + 2 * 11 + 5, 18 + 3 * 37 + 11 + 5);
  const weight = kernelOf(specOf("blocks.1.conv2d"), 3)[2 * 9 + 1 * 3 + 2];
  expect(footer()).toContain(`kernel of channel 3, input 2, cell (1, 2): ${format(weight, 4)}`);
  await point(10, 18 + 3 * 37 + 5);
  expect(footer()).toContain(`kernel of channel 3, bias ${format(Math.fround(biasOf(3)), 4)}`);
});

test("the inputs of a group are numbered as the layer before it counts them", async () => {
  await open("blocks.4.conv2d");
  const spec = specOf("blocks.4.conv2d");
  expect(firstInput(spec, 2047, 2048)).toBe(384);
  stop()[0]?.focus();
  await press("End", { ctrlKey: true });
  const grid = panel.find("grid", "Kernels");
  grid.scrollTop = 2040 * 37;
  grid.dispatchEvent(new Event("scroll"));
  await vi.waitFor(() => expect(asked().flat()).toContain(2047));
  await panel.settle();
  await press("ArrowRight");
  expect(panel.root.textContent).toContain("kernel of channel 2047, input 384: ");
});

test("of a first layer the three inputs are one colour, or apart", async () => {
  await open("blocks.0.conv2d");
  const grid = () => panel.find("grid", "Kernels");
  expect(Number(grid().getAttribute("aria-colcount"))).toBeGreaterThan(3);
  await point(30, 20);
  expect(footer()).toMatch(/kernel of channel 0, cell \(\d, \d\): red \S+, green \S+, blue /);
  panel.root.querySelector<HTMLElement>("[data-word=apart]")?.click();
  await panel.settle();
  expect(grid().getAttribute("aria-colcount")).toBe("1");
  expect(cells()[3]?.getAttribute("aria-label")).toBe("kernel of channel 3 of 16");
});

test("the bar tells the weights at the ends of the colours, or that each kernel has its own", async () => {
  await open("blocks.1.conv2d");
  const bar = () => panel.root.querySelector(".nn-colourbar")?.getAttribute("aria-label");
  expect(bar()).toMatch(/^Weights from −0\.15 to 0\.15, zero marked$/);
  panel.root.querySelector<HTMLElement>("[data-word='each its own']")?.click();
  await panel.settle();
  expect(bar()).toBe("Weights from −m to m of each kernel, zero marked");
});

test("a layer without kernels says so, and leads to the nearest that has some", async () => {
  panel = mountWidget({
    ...specimen,
    traits: { ...specimen.traits, layer: "blocks.1.relu", view: "kernels" },
  });
  await panel.settle();
  expect(panel.root.textContent).toContain("blocks.1.relu (ReLU) has no kernels.");
  expect(asked()).toEqual([]);
  panel.find("button", "Go to blocks.1.conv2d").click();
  await vi.waitFor(() => panel.find("grid", "Kernels"));
  expect(panel.model.get("layer")).toBe("blocks.1.conv2d");
});

test("a kernel that is back is asked again for what it owed", async () => {
  const traits = { ...specimen.traits, layer: "blocks.1.conv2d", view: "kernels" };
  const model = fakeScope({ ...specimen, traits });
  const usual = model.onSend;
  model.onSend = () => {
    throw new Error("Cannot send");
  };
  panel = mountWidget(specimen, model);
  await panel.settle();
  expect(panel.root.textContent).toContain("There is no kernel to answer: run the cell again in a notebook.");
  model.onSend = usual;
  model.message({ k: "pong", rid: 1 });
  await vi.waitFor(() => panel.find("grid", "Kernels"));
});

test("the nearest layer is looked for before, then behind", () => {
  const [, norm, relu] = layers as [(typeof layers)[0], (typeof layers)[0], (typeof layers)[0]];
  expect(nearestBefore(layers, relu)).toEqual({ found: layers[0], before: true });
  expect(nearestBefore([norm, relu, ...layers.slice(3)], norm)).toEqual({ found: layers[3], before: false });
  expect(nearestBefore([norm, relu], relu)).toBeNull();
  expect([layers[0], norm, relu].map((layer) => layer && multiplies(layer))).toEqual([true, false, false]);
});

test("what the kernels are, in words", () => {
  const facts = { outputs: 144, inputs: 1, size: [3, 3], groups: 144, transposed: false, note: "" } as const;
  const none = { epoch: 0, layer: "", channels: [], shared: [0, 1], colour: false } as const;
  const arrays = { weights: new Float32Array(0), bias: new Float32Array(0), first: new Float32Array(0) };
  expect(kernelWords({ ...facts, ...none, ...arrays })).toBe(
    "144 kernels of 1 × 3 × 3 · each for one input channel",
  );
});
