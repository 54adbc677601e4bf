import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type Mounted, mountWidget, pretendLayout } from "../../demo/mounted";
import { madeUp, makeLayer } from "../../demo/specimen";

beforeAll(pretendLayout);

let panel: Mounted;
beforeEach(async () => {
  panel = mountWidget(madeUp());
  panel.model.set("layer", "blocks.4.conv2d");
  panel.model.save_changes();
  await panel.settle();
});
afterEach(() => panel.unmount());

const cells = () => panel.all("gridcell");
const stops = () => cells().filter((cell) => cell.tabIndex === 0);
const label = (channel: number) => panel.find("gridcell", `channel ${channel} of`).getAttribute("aria-label");

/** What was asked about the layer that is shown; its neighbours are fetched unasked. */
function asked({ model }: Mounted) {
  const sent = model.sent as { k: string; what: string; channels: number[] }[];
  // Where a cell looks from is a question of the tools.
  return sent.filter(({ k, what }) => k === "get" && what !== "coarse" && what !== "field");
}

test("of 2048 channels only those in sight are in the page", () => {
  expect(panel.find("grid", "Channels").getAttribute("aria-rowcount")).toBe("205");
  expect(panel.find("grid", "Channels").getAttribute("aria-colcount")).toBe("10");
  expect(cells().length).toBeGreaterThanOrEqual(70);
  expect(cells().length).toBeLessThan(120);
});

test("cells have names with numbers, and their places", () => {
  expect(label(0)).toMatch(/^channel 0 of 2048, mean −?[\d.e−]+, max [\d.e−]+$/);
  expect(label(3)).toBe("channel 3 of 2048, mean 0, max 0, dead");
  expect(label(5)).toBe("channel 5 of 2048, mean 0.25, max 0.25, constant");
  expect(label(7)).toMatch(/1 cell not finite$/);
  const cell = panel.find("gridcell", "channel 12 of");
  expect(cell.getAttribute("aria-colindex")).toBe("3");
  expect(cell.parentElement?.getAttribute("aria-rowindex")).toBe("2");
});

test("one tab stop, which the arrows move", async () => {
  expect(stops().map((cell) => cell.dataset.index)).toEqual(["0"]);
  stops()[0]?.focus();
  panel.press(document.activeElement as Element, "ArrowRight");
  await panel.settle();
  panel.press(document.activeElement as Element, "ArrowDown");
  await panel.settle();
  expect((document.activeElement as HTMLElement).dataset.index).toBe("11");
  expect(stops().map((cell) => cell.dataset.index)).toEqual(["11"]);
});

test("the last channel is one key away, and brought into the page", async () => {
  panel.press(stops()[0] as Element, "End", { ctrlKey: true });
  await panel.settle();
  expect((document.activeElement as HTMLElement).dataset.channel).toBe("2047");
});

test("Enter enlarges, Esc closes, and the focus is back on the tile", async () => {
  panel.press(stops()[0] as Element, "ArrowRight");
  await panel.settle();
  panel.press(document.activeElement as Element, "Enter");
  await panel.settle();
  expect(panel.model.get("channel")).toBe(1);
  const dialog = panel.find("dialog", "Channel 1");
  expect(document.activeElement).toBe(dialog);
  panel.press(dialog, "Escape");
  await panel.settle();
  expect(panel.model.get("channel")).toBeNull();
  expect((document.activeElement as HTMLElement).dataset.channel).toBe("1");
});

test("a click enlarges", async () => {
  panel.find("gridcell", "channel 6 of").click();
  await panel.settle();
  expect(panel.find("dialog", "Channel 6")).toBeTruthy();
});

test("the order follows the sort", async () => {
  panel.model.set("sort", "mean");
  await panel.settle();
  const means = cells().map((cell) =>
    Number(/mean (\S+),/.exec(cell.getAttribute("aria-label") ?? "")?.[1]?.replace("−", "-")),
  );
  expect(means).toEqual([...means].sort((a, b) => b - a));
});

test("nothing is asked of the kernel while the coarse tiles hold every cell", async () => {
  await new Promise((resolve) => setTimeout(resolve, 120));
  expect(asked(panel)).toEqual([]);
});

test("hover tells channel, cell, value and pixel, and frames the same place on the image", async () => {
  const grid = panel.find("grid", "Channels");
  const side = (670 - 9 * 4) / 10;
  grid.dispatchEvent(
    new MouseEvent("pointermove", { clientX: side + 4 + side / 2, clientY: side / 2, bubbles: true }),
  );
  await panel.settle();
  expect(panel.root.querySelector("[aria-label=Status]")?.textContent).toMatch(
    /^channel 1 · cell \(3, 3\) · value ≈ \S+ · image \(112, 11[12]\)/,
  );
  expect(panel.root.querySelector(".nn-image .nn-cell-frame")).not.toBeNull();
  await vi.waitFor(() => {
    expect(asked(panel)).toEqual([expect.objectContaining({ k: "get", what: "exact", channels: [1] })]);
    expect(panel.root.querySelector("[aria-label=Status]")?.textContent).not.toContain("≈");
  });
});

test("of a layer too fine for its coarse tiles, those in sight are fetched", async () => {
  const fine = makeLayer("fine", "Conv2d", "convolution", 96, 64);
  const other = mountWidget({ layers: [fine], traits: { ...madeUp().traits, layer: "fine" } });
  await vi.waitFor(() => expect(asked(other).length).toBeGreaterThan(0));
  const wanted = asked(other);
  expect(wanted.every(({ what, channels }) => what === "native" && channels.length <= 64)).toBe(true);
  expect(wanted.flatMap(({ channels }) => channels).slice(0, 3)).toEqual([0, 1, 2]);
  other.unmount();
});
