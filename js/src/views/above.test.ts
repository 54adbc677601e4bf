import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { effectOf } from "../../demo/altered";
import { fakeScope } from "../../demo/fakekernel";
import { type Mounted, mountWidget, pretendLayout } from "../../demo/mounted";
import { madeUp } from "../../demo/specimen";
import { rankCorrelation } from "../draw/ranks";

beforeAll(pretendLayout);

const specimen = madeUp();
const [first] = specimen.layers;
const name = first?.info.name ?? "";
const cells = 56 * 56;

/** What each channel adds to the made-up map of class 0. */
const shares = Float32Array.from(
  { length: 16 },
  (_, k) => Math.sin(k + 1) * sumOf(first?.values.subarray(k * cells, (k + 1) * cells) ?? []),
);
const total = shares.reduce((sum, share) => sum + Math.abs(share), 0);

function sumOf(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + (value || 0), 0);
}

let panel: Mounted;
beforeEach(async () => {
  panel = mountWidget(specimen);
  await panel.settle();
});
afterEach(() => panel.unmount());

async function set(traits: Record<string, unknown>): Promise<void> {
  for (const [trait, value] of Object.entries(traits)) panel.model.set(trait, value);
  panel.model.save_changes();
  await panel.settle();
}

const labels = () => panel.all("gridcell").map((cell) => cell.getAttribute("aria-label") ?? "");
const order = () => panel.all("gridcell").map((cell) => Number(cell.dataset.channel));
const sorts = () => [...panel.find("combobox", "Sort").querySelectorAll("option")].map(({ value }) => value);
const text = () => panel.root.querySelector(".nn-view")?.textContent ?? "";

function falling(values: ArrayLike<number>): number[] {
  return [...Array(values.length).keys()].sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0) || a - b);
}

test("shares are asked for, sort the tiles, and are in their names", async () => {
  await set({ sort: "share" });
  expect(order()).toEqual(falling(shares));
  const best = falling(shares)[0] ?? 0;
  const part = ((100 * (shares[best] ?? 0)) / total).toFixed(1);
  expect(labels()[0]).toMatch(new RegExp(`share \\+[\\d.]+ \\(\\+${part} %\\)$`));
});

test("the status line tells the share of the tile under the pointer", async () => {
  await set({ sort: "share" });
  panel
    .find("grid", "Channels")
    .dispatchEvent(new MouseEvent("pointermove", { clientX: 20, clientY: 20, bubbles: true }));
  await panel.settle();
  expect(panel.root.querySelector("[aria-label=Status]")?.textContent).toMatch(
    / · share \+[\d.]+ \(\+\d+\.\d %\)/,
  );
});

test("tiles as parts of the map can be had where the map has weights, and sum to it", async () => {
  expect(text()).not.toContain("parts of the map");
  await set({ cam: true });
  const [, parts] = [...panel.find("radiogroup", "Tiles").querySelectorAll<HTMLElement>("[role=radio]")];
  parts?.click();
  await panel.settle();
  expect(panel.model.get("shares")).toBe(true);
  const sum = shares.reduce((a, b) => a + b, 0);
  expect(text()).toContain("the tiles sum to the map before its ReLU: Σ");
  expect(Number(/Σ ([−+][\d.]+)/.exec(text())?.[1]?.replace("−", "-"))).toBeCloseTo(sum, -1);
  const bar = panel.root.querySelector(".nn-colourbar")?.getAttribute("aria-label") ?? "";
  const [, lo = "", hi = ""] = /from (\S+) to (\S+), zero marked/.exec(bar) ?? [];
  expect(lo).toBe(`−${hi}`);
  panel.model.set("channel", 2);
  await panel.settle();
  expect(panel.find("dialog", "Channel 2").textContent).toContain(
    "activation × its weight: its part of the map",
  );
});

test("the sum of the parts is in units of the score where that is a class's", async () => {
  await set({ cam: true, shares: true });
  expect(text()).toMatch(/the tiles sum to the map before its ReLU: Σ [+−]?[\d.e−]+ logit/);
});

test("a map is asked for when parts are shown without one", async () => {
  panel.model.receive({ shares: true });
  await panel.settle();
  expect(panel.root.getAttribute("aria-busy")).toBe("true");
  await set({ layer: specimen.layers[1]?.info.name });
  expect(panel.root.getAttribute("aria-busy")).toBe("false");
  expect(text()).toContain("the tiles sum to the map");
});

test("a map without weights is said to have no parts, and the tiles show values", async () => {
  await set({ cam: true, shares: true, method: "layercam" });
  expect(text()).toContain("In this map no channel has one weight, so the tiles show values");
  expect(panel.root.querySelector(".nn-colourbar")?.textContent).not.toContain("∞");
});

test("effects sort the tiles as they come, and are compared with the shares", async () => {
  if (!first) return;
  await set({ cam: true, sort: "effect" });
  const effects = Float32Array.from({ length: 16 }, (_, k) => effectOf(first, k, 0));
  expect(order()).toEqual(falling(effects));
  const best = labels()[0] ?? "";
  expect(best).toMatch(/share [+−][\d.]+ \(.+ %\), without it −[\d.]+$/);
  expect(text()).toContain("effect: what the logit of Egyptian cat (8.07) loses without the channel");
  const both = Math.round((rankCorrelation(shares, effects) ?? 0) * 100) / 100;
  expect(text()).toContain(
    `shares and effects: rank correlation ${both > 0 ? "+" : ""}${String(both).replace("-", "−")}`,
  );
});

test("effects come bit by bit, can be stopped, and what is there stays", async () => {
  panel.unmount();
  panel = mountWidget(specimen, fakeScope(specimen, 4));
  await panel.settle();
  await set({ sort: "effect" });
  await vi.waitFor(() => expect(text()).toContain("% of the channels are known"));
  const stop = panel.all("button").find((button) => button.textContent === "Stop");
  expect(stop).toBeTruthy();
  stop?.click();
  await panel.settle();
  const known = labels().filter((label) => label.includes("without it"));
  expect(known.length).toBeGreaterThan(0);
  expect(known.length).toBeLessThan(16);
  // What is not known stands behind what is.
  expect(labels().slice(0, known.length)).toEqual(known);
});

test("effects of another class are not shown", async () => {
  await set({ sort: "effect" });
  panel.model.onSave = () => {};
  await set({ target: 3 });
  expect(labels()[0]).not.toContain("without it");
});

test("sorts are offered where they can be had", async () => {
  expect(sorts()).toContain("effect");
  expect(sorts()).not.toContain("change");
  expect(sorts()).not.toContain("region");
  await set({ region: [10, 10, 90, 90], silence: `${name}[1]` });
  expect(sorts()).toEqual(expect.arrayContaining(["change", "region"]));
});

test("the region's scores sort the tiles", async () => {
  await set({ region: [60, 60, 120, 120], sort: "region" });
  await vi.waitFor(() => expect(labels()[0]).toMatch(/, region \+[\d.]+$/));
  const scores = labels().map((label) =>
    Number(/region (\S+)$/.exec(label)?.[1]?.replace("−", "-") ?? Number.NaN),
  );
  const known = scores.filter((score) => !Number.isNaN(score));
  expect(known).toEqual([...known].sort((a, b) => b - a));
  expect(known).toHaveLength(14);
});

test("the changes sort the tiles", async () => {
  await set({ silence: `${name}[6]` });
  await set({ sort: "change" });
  await vi.waitFor(() => expect(order()[0]).toBe(6));
  expect(labels()[0]).toMatch(/silenced, change 1$/);
});

test("a sort that can no longer be had stays chosen, and it is said", async () => {
  await set({ region: [60, 60, 120, 120], sort: "region" });
  await vi.waitFor(() => expect(labels()[0]).toContain("region"));
  await set({ region: [] });
  expect(sorts()).toContain("region");
  expect(text()).toContain("There is no region on the image. The tiles stand in the order of their numbers.");
  expect(order()).toEqual([...Array(16).keys()]);
});

test("why numbers cannot be had is said, and asked for again", async () => {
  const usual = panel.model.onSend;
  panel.model.onSend = (content) => {
    const { rid, what } = content as { rid: number; what: string };
    if (what !== "region") usual(content);
    else panel.model.message({ k: "error", rid, code: "refused", message: "The region holds no cell." });
  };
  await set({ region: [1, 1, 2, 2], sort: "region" });
  await vi.waitFor(() => expect(panel.find("alert").textContent).toBe("The region holds no cell."));
  panel.model.onSend = usual;
  panel.model.set("region", [60, 60, 120, 120]);
  await vi.waitFor(() => expect(labels()[0]).toContain("region"));
});
