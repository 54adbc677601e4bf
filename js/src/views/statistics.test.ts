import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type Mounted, mountWidget, pretendLayout } from "../../demo/mounted";
import { madeUp } from "../../demo/specimen";
import { statisticsPacket } from "../../demo/statistics";
import { exact } from "../draw/si";
import type { Histogram } from "../findings";
import { binReading } from "./histogramcard";

beforeAll(pretendLayout);

const specimen = madeUp();
let panel: Mounted;
beforeEach(async () => {
  const traits = { ...specimen.traits, layer: "blocks.1.conv2d", view: "statistics" };
  panel = mountWidget({ ...specimen, traits });
  await vi.waitFor(() => panel.find("figure", "Histogram of weights"));
});
afterEach(() => panel.unmount());

const find = (name: string) => {
  const found = specimen.layers.find(({ info }) => info.name === name);
  if (!found) throw new Error(`There is no layer ${name}.`);
  return found;
};
const titles = () => panel.all("figure").map((figure) => figure.querySelector("figcaption")?.textContent);
const bins = () => panel.find("slider", "Bins of the activations");
const word = (name: string) => panel.root.querySelector<HTMLElement>(`[data-word="${name}"]`);

function asked(): { layer: string; channels: number[] }[] {
  const sent = panel.model.sent as { what: string; layer: string; channels: number[] }[];
  return sent.filter(({ what }) => what === "statistics").map(({ layer, channels }) => ({ layer, channels }));
}

async function press(button: string): Promise<void> {
  const found = panel.all("button").find(({ textContent }) => textContent === button);
  found?.click();
  await panel.settle();
}

function figures(kind: string): Record<string, string> {
  const pairs = [...panel.find("figure", `Histogram of ${kind}`).querySelectorAll("dl > div")].map((row) => [
    row.querySelector("dt")?.textContent ?? "",
    row.querySelector("dd")?.textContent ?? "",
  ]);
  return Object.fromEntries(pairs);
}

test("each histogram has its numbers", () => {
  expect(titles().map((title) => title?.split(" ")[0])).toEqual([
    "weights",
    "biases",
    "activations",
    "gradients",
  ]);
  const numbers = figures("activations");
  expect(numbers).toMatchObject({ count: exact(32 * 28 * 28 - 1), dead: "1 of 32 channels" });
  expect(numbers["not finite"]).toBe("1 (0.0 %)");
  expect(Object.keys(numbers)).toEqual(expect.arrayContaining(["mean", "deviation", "min", "max", "zero"]));
  expect(numbers.saturated).toBeUndefined();
});

test("of an activation the saturated values are counted, and what is missing is said", async () => {
  panel.model.receive({ layer: "blocks.1.relu" });
  panel.model.set("layer", "blocks.1.relu");
  panel.model.save_changes();
  await vi.waitFor(() => expect(figures("activations").saturated).toMatch(/^[\d,]+ \(5\d\.\d %\)$/));
  expect(panel.root.textContent).toContain("ReLU has no weights");
});

test("the whole layer or the channel looked at last, and its neighbours", async () => {
  word("channel 0")?.click();
  await panel.settle();
  expect(asked().at(-1)?.channels).toEqual([0]);
  panel.find("button", "Next channel").click();
  await panel.settle();
  expect(asked().at(-1)?.channels).toEqual([1]);
  expect(titles()[0]).toContain("channel 1");
  panel.model.receive({ channel: 9 });
  await panel.settle();
  expect(asked().at(-1)?.channels).toEqual([9]);
});

test("another class has other gradients: they are asked for again, and those of before are still known", async () => {
  const before = asked().length;
  panel.model.set("target", 3);
  panel.model.save_changes();
  await panel.settle();
  expect(asked()).toHaveLength(before + 1);
  expect(titles().at(-1)).toContain("of class 3");
  panel.model.set("target", 0);
  await panel.settle();
  expect(asked()).toHaveLength(before + 1);
  expect(titles().at(-1)).toContain("of class 0");
});

test("gradients of another class than the chosen one are not taken for its own, and asked for again", async () => {
  const usual = panel.model.onSend;
  const { header, body } = statisticsPacket(find("blocks.1.conv2d"), [], 0);
  let late = true;
  panel.model.onSend = (content) => {
    const { what, rid } = content as { what: string; rid: number };
    const facts = { ...header, target: late ? 0 : 3, unit: "" };
    if (what !== "statistics") usual(content);
    else panel.model.message({ k: "data", rid, part: 0, parts: 1, header: facts }, [body]);
  };
  const stale = () => panel.root.querySelectorAll(".nn-viewed .nn-stale").length;
  const before = asked().length;
  panel.model.set("target", 3);
  panel.model.save_changes();
  await panel.settle();
  expect(stale()).toBe(1);
  late = false;
  await vi.waitFor(() => expect(stale()).toBe(0));
  expect(asked()).toHaveLength(before + 2);
});

test("arrows read the bins, one after the other", async () => {
  panel.press(bins(), "ArrowRight");
  await panel.settle();
  const first = bins().getAttribute("aria-valuetext");
  expect(first).toMatch(/^from \S+ to \S+: [\d,]+ values, \d+\.\d %$/);
  panel.press(bins(), "ArrowRight");
  await panel.settle();
  const second = bins().getAttribute("aria-valuetext");
  expect(second?.split(" ")[1]).toBe(first?.split(" ")[3]?.replace(":", ""));
  expect(panel.find("group", "Status").textContent).toContain(`activations ${second}`);
});

test("Home and End lead to the first and the last bin; with Ctrl a key is the host's", async () => {
  const at = () => bins().getAttribute("aria-valuenow");
  panel.press(bins(), "End");
  await panel.settle();
  expect(at()).toBe(bins().getAttribute("aria-valuemax"));
  panel.press(bins(), "ArrowLeft", { ctrlKey: true });
  await panel.settle();
  expect(at()).toBe(bins().getAttribute("aria-valuemax"));
  panel.press(bins(), "Home");
  await panel.settle();
  expect(at()).toBe("0");
  // The slider reads it out already.
  expect(bins().querySelector("output")?.getAttribute("aria-live")).toBe("off");
});

test("the tallest bar is that of what is shown, however high what was kept is drawn", async () => {
  const tallest = figures("activations")["tallest bar"];
  panel.model.receive({ layer: "blocks.1.relu" });
  panel.model.set("layer", "blocks.1.relu");
  panel.model.save_changes();
  await vi.waitFor(() => expect(figures("activations")["tallest bar"]).not.toBe(tallest));
  await press("Keep");
  panel.model.set("layer", "blocks.1.conv2d");
  panel.model.save_changes();
  await vi.waitFor(() => expect(titles().some((title) => title?.includes("blocks.1.conv2d"))).toBe(true));
  await panel.settle();
  expect(figures("activations")["tallest bar"]).toBe(tallest);
});

test("a bin tells its range and its count", () => {
  const row = { ends: [-1, 1], counts: Float32Array.of(1, 999, 0, 0) } as unknown as Histogram;
  expect(binReading(row, 0)).toBe("from −1 to −0.5: 1 value, 0.1 %");
  expect(binReading(row, 1)).toBe("from −0.5 to 0: 999 values, 99.9 %");
});

test("what is kept stays as an outline on the same axis, with a legend, until it is let go", async () => {
  const outlines = () => panel.root.querySelectorAll(".nn-outline").length;
  const ticks = () =>
    panel.root.querySelector("[aria-label='Histogram of activations'] .nn-axis")?.textContent;
  const wide = ticks();
  expect(outlines()).toBe(0);
  await press("Keep");
  word("channel 0")?.click();
  await panel.settle();
  expect(outlines()).toBe(4);
  expect(ticks()).toBe(wide);
  expect(panel.root.textContent).toContain("Ripples · made up · blocks.1.conv2d · channel 0");
  expect(panel.root.textContent).toContain("kept: Ripples · made up · blocks.1.conv2d · whole layer");
  await press("Let go");
  expect(outlines()).toBe(0);
  expect(ticks()).not.toBe(wide);
});

test("logarithmic counts raise what is rare", async () => {
  const path = () =>
    panel.root.querySelector("[aria-label='Histogram of activations'] .nn-bars")?.getAttribute("d");
  const area = (d = "") =>
    [...d.matchAll(/L[\d.]+ ([\d.]+)/g)].reduce((sum, [, y]) => sum + 100 - Number(y), 0);
  const linear = area(path() ?? "");
  word("log")?.click();
  await panel.settle();
  expect(area(path() ?? "")).toBeGreaterThan(1.5 * linear);
});
