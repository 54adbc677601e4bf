import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type Mounted, mountWidget, pretendLayout } from "../../demo/mounted";
import { encode } from "../../demo/packets";
import { madeUp, makeLayer } from "../../demo/specimen";
import { brief } from "../draw/figures";
import { format } from "../draw/number";
import { grainOf } from "./numbertile";

beforeAll(pretendLayout);

const specimen = madeUp();
let panel: Mounted;
beforeEach(() => {
  panel = mountWidget({ ...specimen, traits: { ...specimen.traits, layer: "blocks.1.conv2d", channel: 9 } });
});
afterEach(() => panel.unmount());

async function open(): Promise<void> {
  [...panel.root.querySelectorAll<HTMLElement>("[data-word=Sum]")][0]?.click();
  await vi.waitFor(() => panel.find("section", "Arithmetic"));
  await panel.settle();
}

const terms = () => panel.all("listitem").map((row) => row.getAttribute("aria-label") ?? "");
const total = (name: string) => {
  const row = [...panel.root.querySelectorAll(".nn-total > div")].find((line) =>
    line.querySelector("dt")?.textContent?.startsWith(name),
  );
  return row?.querySelector("dd")?.textContent;
};
const number = (text = "") => Number(text.replace("−", "-").replace("e−", "e-"));
const heading = () => panel.find("section", "Arithmetic").querySelector("b")?.textContent;

function asked(): { layer: string; cell: number[] }[] {
  const sent = panel.model.sent as { what: string; layer: string; cell: number[] }[];
  return sent.filter(({ what }) => what === "sum").map(({ layer, cell }) => ({ layer, cell }));
}

function click(figure: number, u: number, v: number): void {
  const picture = panel.root.querySelectorAll<HTMLElement>(".nn-stages .nn-picture")[figure];
  if (!picture) throw new Error("There is no such map.");
  vi.spyOn(picture, "getBoundingClientRect").mockReturnValue(new DOMRect(0, 0, 100, 100));
  picture.dispatchEvent(new MouseEvent("click", { clientX: 100 * u, clientY: 100 * v, bubbles: true }));
}

test("the channel's three stages, with what the ReLU cut off", async () => {
  await open();
  const maps = panel.all("img").map((map) => map.getAttribute("aria-label"));
  expect(maps).toEqual(
    expect.arrayContaining([
      "Conv2d blocks.1.conv2d",
      "BatchNorm2d blocks.1.batchnorm2d",
      "ReLU blocks.1.relu",
    ]),
  );
  expect(panel.root.textContent).toMatch(/cut off \d+\.\d % of the cells/);
  const bars = panel.find("dialog", "Channel 9").querySelectorAll("[aria-label^='Colours from']");
  expect(bars).toHaveLength(1);
});

test("the terms that are shown add up to the value that the tensor holds", async () => {
  await open();
  const list = panel.find("list", "Terms");
  const parts = new Map<string, number>();
  for (let top = 0; top <= 2000; top += 200) {
    list.scrollTop = top;
    list.dispatchEvent(new Event("scroll"));
    await panel.settle();
    for (const label of terms()) parts.set(label.split(",")[0] ?? "", number(label.split("sum ")[1]));
  }
  expect(parts.size).toBe(16);
  const sum = [...parts.values()].reduce((all, part) => all + part, 0);
  expect(sum).toBeCloseTo(number(total("sum over 16")), 3);
  expect(sum + number(total("+ bias"))).toBeCloseTo(number(total("= the sum")), 3);
  const held = specimen.layers[3]?.values[9 * 28 * 28 + 14 * 28 + 14];
  expect(total("the tensor holds")).toBe(format(held));
  expect(number(total("difference"))).toBeLessThan(1e-6);
});

test("the largest terms come first, unless they are wanted in order; only those in sight are in the page", async () => {
  await open();
  const sizes = terms().map((label) => Math.abs(number(label.split("sum ")[1])));
  expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
  expect(sizes.length).toBeLessThan(8);
  panel.root.querySelector<HTMLElement>("[data-word='in order']")?.click();
  await panel.settle();
  expect(
    terms()
      .slice(0, 3)
      .map((label) => label.split(",")[0]),
  ).toEqual(["input 0", "input 1", "input 2"]);
});

test("cells have their numbers on them, and those in the padding are hatched", async () => {
  await open();
  click(0, 0.01, 0.01);
  await vi.waitFor(() => expect(heading()).toBe("Channel 9, cell (0, 0)"));
  const [patch, kernel] = panel.find("listitem", "input ").querySelectorAll(".nn-numbertile");
  expect(patch?.querySelectorAll(".nn-hatched")).toHaveLength(5);
  expect(kernel?.querySelectorAll(".nn-hatched")).toHaveLength(0);
  const cells = [...(kernel?.querySelectorAll("i") ?? [])];
  for (const cell of cells) {
    const exact = number(cell.title.split(": ")[1]);
    expect(cell.textContent).toBe(brief(exact));
  }
  expect(patch?.querySelector("i:last-child")?.getAttribute("title")).toMatch(/^input \d+, cell \(1, 1\): /);
});

test("a click on another stage shows that stage's arithmetic, as does its word", async () => {
  await open();
  click(2, 0.5, 0.25);
  await vi.waitFor(() => expect(asked().at(-1)).toEqual({ layer: "blocks.1.relu", cell: [7, 14] }));
  await panel.settle();
  expect(panel.root.textContent).toMatch(/max\(0, −?\d/);
  expect(panel.all("listitem")).toHaveLength(0);
  panel.root.querySelector<HTMLElement>("[data-word='blocks.1.batchnorm2d']")?.click();
  await vi.waitFor(() => expect(asked().at(-1)).toEqual({ layer: "blocks.1.batchnorm2d", cell: [7, 14] }));
  expect(panel.root.textContent).toContain("≈");
});

test("Shift and an arrow lead to the next cell, an arrow to the next channel, Esc away", async () => {
  await open();
  const dialog = panel.find("dialog", "Channel 9");
  panel.press(dialog, "ArrowDown", { shiftKey: true });
  await panel.settle();
  expect(asked().at(-1)?.cell).toEqual([15, 14]);
  expect(heading()).toBe("Channel 9, cell (15, 14)");
  panel.press(dialog, "ArrowRight");
  await vi.waitFor(() => expect(heading()).toBe("Channel 10, cell (15, 14)"));
  panel.press(panel.find("dialog", "Channel 10"), "Escape");
  await panel.settle();
  expect(panel.all("dialog")).toHaveLength(0);
});

/** Keep back the kernel's answers to one kind of question, until the function that comes back is called. */
function hold(kind: string): () => void {
  const { model } = panel;
  const usual = model.onSend;
  const held: unknown[] = [];
  model.onSend = (content) => {
    if ((content as { what: string }).what === kind) held.push(content);
    else usual(content);
  };
  return () => {
    model.onSend = usual;
    for (const content of held) usual(content);
  };
}

/** The kernel's answer to the next question for a sum. */
function answerWith(facts: object, patch: ArrayLike<number>, kernel = new Float32Array(0)): void {
  const { model } = panel;
  const usual = model.onSend;
  const { header, body } = encode(
    "sum",
    {
      ...{ epoch: 0, layer: "blocks.1.conv2d", channels: [9], bias: null, formula: [], shape: [] },
      ...facts,
    },
    { patch: Float32Array.from(patch), kernel, partial: kernel },
  );
  model.onSend = (content) => {
    const { what, rid } = content as { what: string; rid: number };
    if (what === "sum") model.message({ k: "data", rid, part: 0, parts: 1, header }, [body]);
    else usual(content);
  };
}

test("a max-pooling shows the patch, and which of its cells won", async () => {
  answerWith(
    {
      ...{ operation: "max-pooling", source: "blocks.0.relu", cell: [14, 14], value: 7, total: 7 },
      ...{ size: [2, 2], inputs: [9], rows: [28, 29], columns: [28, 29], winner: [0, 1, 0] },
    },
    [1, 2, 7, -3],
  );
  await open();
  const cells = [...panel.find("section", "Arithmetic").querySelectorAll(".nn-numbertile i")];
  expect(cells.map((cell) => cell.textContent)).toEqual(["1", "2", "7", "−3"]);
  expect(cells.map((cell) => cell.classList.contains("nn-winner"))).toEqual([false, false, true, false]);
  expect(cells[2]?.getAttribute("title")).toBe("input 9, cell (29, 28): 7");
  expect(total("the tensor holds")).toBe("7");
});

test("what is not finite is said to be, and a bias that could not be sent has its row", async () => {
  const one = Float32Array.of(1);
  answerWith(
    {
      ...{ operation: "linear", source: "", cell: [0, 0], value: null, total: null, bias: null },
      ...{ size: [1, 1], inputs: [0], rows: [0], columns: [0], winner: null },
    },
    one,
    one,
  );
  await open();
  expect(total("sum over 1")).toBe("1");
  for (const name of ["+ bias", "= the sum", "the tensor holds", "difference"])
    expect(total(name)).toBe("not finite");
});

test("a patch of very many cells is one canvas, on which the pointer reads them", async () => {
  const sides = Array.from({ length: 112 }, (_, i) => i);
  answerWith(
    {
      ...{ operation: "average pooling", source: "blocks.0.relu", cell: [0, 0], value: 1, total: 1 },
      ...{ size: [112, 112], inputs: [9], rows: sides, columns: sides, winner: [0, 1, 0] },
    },
    Array.from({ length: 112 * 112 }, (_, i) => i),
  );
  await open();
  const tile = panel.find("section", "Arithmetic").querySelector<HTMLElement>(".nn-canvastile");
  if (!tile) throw new Error("There is no canvas.");
  expect(tile.querySelectorAll("*")).toHaveLength(2);
  vi.spyOn(tile, "getBoundingClientRect").mockReturnValue(new DOMRect(0, 0, 448, 448));
  tile.dispatchEvent(
    new MouseEvent("pointermove", { clientX: 4 * 3 + 1, clientY: 4 * 2 + 1, bubbles: true }),
  );
  await panel.settle();
  expect(tile.title).toBe("input 9, cell (2, 3): 227");
});

test("a layer that is none of the three has one map: its own", async () => {
  const usual = panel.model.onSend;
  panel.model.onSend = (content) => {
    const { what, rid } = content as { what: string; rid: number };
    if (what !== "stages") usual(content);
    else panel.model.message({ k: "error", rid, code: "layer", message: "It is no convolution." });
  };
  await open();
  expect(panel.root.querySelectorAll(".nn-stages .nn-picture")).toHaveLength(1);
  expect(panel.root.textContent).toContain("It is no convolution.");
  click(0, 0.01, 0.99);
  await vi.waitFor(() => expect(heading()).toBe("Channel 9, cell (27, 0)"));
});

test("the stages of the channel before cannot be clicked, and look like it", async () => {
  await open();
  const release = hold("stages");
  panel.press(panel.find("dialog", "Channel 9"), "ArrowRight");
  await vi.waitFor(() => expect(heading()).toBe("Channel 10, cell (14, 14)"));
  const before = asked().length;
  const stale = () => panel.root.querySelector(".nn-stages")?.closest(".nn-stale");
  expect(stale()).toBeTruthy();
  click(0, 0.01, 0.01);
  await panel.settle();
  expect(asked()).toHaveLength(before);
  release();
  await vi.waitFor(() => expect(stale()).toBeNull());
  click(0, 0.01, 0.01);
  await vi.waitFor(() => expect(asked().at(-1)?.cell).toEqual([0, 0]));
});

test("another layer starts with its own sum, whatever stage was chosen beside the last one", async () => {
  await open();
  panel.root.querySelector<HTMLElement>("[data-word='blocks.1.relu']")?.click();
  await vi.waitFor(() => expect(asked().at(-1)?.layer).toBe("blocks.1.relu"));
  panel.model.set("layer", "blocks.1.batchnorm2d");
  panel.model.save_changes();
  await vi.waitFor(() => expect(asked().at(-1)?.layer).toBe("blocks.1.batchnorm2d"));
  await panel.settle();
  expect(asked().at(-1)?.layer).toBe("blocks.1.batchnorm2d");
});

test("stages that could not be had are asked for again when it is wished", async () => {
  const usual = panel.model.onSend;
  panel.model.onSend = (content) => {
    const { what, rid } = content as { what: string; rid: number };
    if (what !== "stages") usual(content);
    else panel.model.message({ k: "error", rid, code: "layer", message: "It is too busy." });
  };
  await open();
  expect(panel.root.textContent).toContain("It is too busy.");
  panel.model.onSend = usual;
  const again = panel.all("button").find(({ textContent }) => textContent === "Try again");
  again?.click();
  await vi.waitFor(() => expect(panel.root.querySelectorAll(".nn-stages .nn-picture")).toHaveLength(3));
  expect(panel.root.textContent).not.toContain("It is too busy.");
});

test("the channel alone is drawn anew when finer cells have come", async () => {
  panel.unmount();
  const layers = [makeLayer("a", "Conv2d", "convolution", 12, 120)];
  const traits = { ...specimen.traits, layer: "a", channel: 2, tile: 256, view: "network" };
  panel = mountWidget({ layers, traits });
  const usual = panel.model.onSend;
  panel.model.onSend = (content) => {
    const { what, rid } = content as { what: string; rid: number };
    if (what !== "stages" && what !== "sum") usual(content);
    else panel.model.message({ k: "error", rid, code: "layer", message: "No." });
  };
  panel.root.querySelector<HTMLElement>("[data-word=Sum]")?.click();
  await vi.waitFor(() => expect(panel.root.textContent).toContain("No."));
  await panel.settle();
  const sheet = () => panel.root.querySelector(".nn-stages canvas");
  const coarse = sheet();
  // The grid asks for finer tiles; a finer picture is another sheet.
  panel.model.receive({ view: "channels" });
  await vi.waitFor(() => expect(sheet()).not.toBe(coarse), 4000);
  expect(sheet()).not.toBeNull();
});

test("the size of the output is worked out", async () => {
  await open();
  expect(panel.root.textContent).toContain("⌊(56 + 2 × 1 − 3) / 2⌋ + 1 = 28");
});

test("numbers stand on cells only where they can be read", () => {
  expect(grainOf([3, 3], 230)).toEqual({ width: 42, height: 19, numbered: true });
  expect(grainOf([5, 5], 230).numbered).toBe(true);
  expect(grainOf([5, 5], 120).numbered).toBe(false);
  expect(grainOf([7, 7], 400)).toEqual({ width: 12, height: 12, numbered: false });
  expect(grainOf([3, 3], -50)).toEqual({ width: 4, height: 4, numbered: false });
});
