import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type Mounted, mountWidget, pretendLayout } from "../../demo/mounted";
import { madeUp } from "../../demo/specimen";

beforeAll(pretendLayout);

const BOX = [60, 60, 120, 120];

let panel: Mounted;
beforeEach(async () => {
  panel = mountWidget(madeUp());
  panel.model.set("region", BOX);
  panel.model.set("view", "region");
  panel.model.save_changes();
  await vi.waitFor(() => expect(cards().length).toBeGreaterThan(0));
});
afterEach(() => panel.unmount());

const cards = () => [...panel.root.querySelectorAll<HTMLElement>(".nn-card")];
const scores = () =>
  cards().map((card) =>
    Number(
      /score (\S+?)(,|$)/
        .exec(card.ariaLabel ?? card.getAttribute("aria-label") ?? "")?.[1]
        ?.replace("−", "-"),
    ),
  );
const word = (text: string) => panel.all("radio").find((radio) => radio.textContent === text);

test("channels of all layers fall by score, each with its means", () => {
  expect(cards().length).toBe(45);
  expect(scores()).toEqual([...scores()].sort((a, b) => b - a));
  expect(cards()[0]?.getAttribute("aria-label")).toMatch(
    /^channel \d+ of blocks\.\S+, score \+[\d.]+, inside \S+, outside \S+$/,
  );
  expect(panel.find("tabpanel").textContent).toContain("mean inside the region − mean outside it");
  expect(new Set(cards().map((card) => card.querySelector("code")?.textContent)).size).toBe(15);
});

test("those of this layer alone", async () => {
  word("this layer")?.click();
  await panel.settle();
  // One is dead, one constant.
  expect(cards()).toHaveLength(14);
  expect(scores()).toEqual([...scores()].sort((a, b) => b - a));
  expect(cards().every((card) => card.querySelector("code")?.textContent === "blocks.0.conv2d")).toBe(true);
});

test("Enter goes to the layer and enlarges the channel", async () => {
  const card = cards()[4];
  const [, channel, layer] = /^channel (\d+) of (\S+),/.exec(card?.getAttribute("aria-label") ?? "") ?? [];
  card?.click();
  await panel.settle();
  expect(panel.model.get("layer")).toBe(layer);
  expect(panel.model.get("view")).toBe("channels");
  expect(panel.find("dialog", `Channel ${channel}`).querySelector("code")?.textContent).toBe(layer);
});

test("one tab stop, which the arrows move", async () => {
  expect(cards().filter(({ tabIndex }) => tabIndex === 0)).toEqual([cards()[0]]);
  cards()[0]?.focus();
  panel.press(document.activeElement as Element, "End");
  await panel.settle();
  expect(document.activeElement).toBe(cards().at(-1));
  panel.press(document.activeElement as Element, "ArrowLeft");
  await panel.settle();
  expect(document.activeElement).toBe(cards().at(-2));
  expect(cards().filter(({ tabIndex }) => tabIndex === 0)).toEqual([cards().at(-2)]);
});

test("another region is ranked anew", async () => {
  const before = scores().join();
  panel.model.set("region", [0, 0, 60, 60]);
  panel.model.save_changes();
  await vi.waitFor(() => expect(scores().join()).not.toBe(before));
});

test("a region that cannot be ranked is told in a sentence", async () => {
  const usual = panel.model.onSend;
  panel.model.onSend = (content) => {
    const { rid, what } = content as { rid: number; what: string };
    if (what !== "region") usual(content);
    else panel.model.message({ k: "error", rid, code: "refused", message: "The region holds no cell." });
  };
  panel.model.set("region", [1, 1, 2, 2]);
  await vi.waitFor(() => expect(panel.find("alert").textContent).toBe("The region holds no cell."));
});
