import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { fakeScope } from "../../demo/fakekernel";
import { type Mounted, mountWidget, pretendLayout } from "../../demo/mounted";
import { madeUp } from "../../demo/specimen";

beforeAll(pretendLayout);

const specimen = madeUp();
const [first, second] = specimen.layers.map(({ info }) => info.name);

let panel: Mounted;
beforeEach(async () => {
  panel = mountWidget(specimen);
  await panel.settle();
});
afterEach(() => panel.unmount());

const strip = () => panel.root.querySelector<HTMLElement>('[aria-label="Pinned channels"]');
const pinned = () => [...(strip()?.querySelectorAll<HTMLElement>(".nn-pin") ?? [])];
const pins = () => panel.model.get("pins");
const cell = (channel: number) => panel.find("gridcell", `channel ${channel} of`);

test("p holds the tile with the focus in sight, with its numbers, and lets it go", async () => {
  expect(strip()).toBeNull();
  cell(0).focus();
  panel.press(cell(0), "p");
  await vi.waitFor(() =>
    expect(pinned()[0]?.getAttribute("aria-label")).toMatch(/^channel 0 of .+, mean .+, max .+$/),
  );
  expect(pins()).toEqual([`${first}[0]`]);
  expect(strip()?.querySelector("canvas")).not.toBeNull();
  panel.press(cell(0), "p");
  await panel.settle();
  expect(pins()).toEqual([]);
  expect(strip()).toBeNull();
});

test("a click goes to the layer and enlarges the channel there, never one of the layer before", async () => {
  panel.unmount();
  // A kernel that takes its time: the layer's pictures come later than the layer is asked for.
  panel = mountWidget(specimen, fakeScope(specimen, 60));
  panel.model.receive({ pins: [`${second}[9]`] });
  await panel.settle();
  const shown: string[] = [];
  const watch = new MutationObserver(() => {
    const dialog = panel.root.querySelector("[role=dialog]");
    if (dialog)
      shown.push(`${dialog.getAttribute("aria-label")} ${dialog.querySelector("code")?.textContent}`);
  });
  watch.observe(panel.root, { childList: true, subtree: true, attributes: true });
  pinned()[0]?.click();
  await vi.waitFor(() => expect(panel.all("dialog")).toHaveLength(1));
  await panel.settle();
  watch.disconnect();
  expect(panel.model.get("layer")).toBe(second);
  expect(panel.model.get("channel")).toBe(9);
  expect([...new Set(shown)]).toEqual([`Channel 9 ${second}`]);
});

test("arrows move in the strip, Delete lets go", async () => {
  panel.model.receive({ pins: [`${first}[1]`, `${first}[2]`, `${second}[3]`] });
  await panel.settle();
  pinned()[0]?.focus();
  panel.press(document.activeElement as Element, "ArrowRight");
  await panel.settle();
  expect(document.activeElement).toBe(pinned()[1]);
  expect(pinned().map(({ tabIndex }) => tabIndex)).toEqual([-1, 0, -1]);
  panel.press(document.activeElement as Element, "Delete");
  await panel.settle();
  expect(pins()).toEqual([`${first}[1]`, `${second}[3]`]);
  expect(document.activeElement?.getAttribute("aria-label")).toContain(`channel 3 of ${second}`);
  panel.find("button", `Unpin ${first}[1]`).click();
  expect(pins()).toEqual([`${second}[3]`]);
  await panel.settle();
  panel.press(pinned()[0] as Element, "Delete");
  await panel.settle();
  expect(strip()).toBeNull();
  expect(document.activeElement).toBe(cell(0));
});

test("they change when channels are silenced", async () => {
  panel.model.receive({ pins: [`${first}[1]`] });
  await vi.waitFor(() => expect(pinned()[0]?.getAttribute("aria-label")).not.toContain("max 0"));
  await vi.waitFor(() => expect(pinned()[0]?.getAttribute("aria-label")).toContain("max"));
  panel.model.set("silence", `${first}[1]`);
  panel.model.save_changes();
  await vi.waitFor(() => expect(pinned()[0]?.getAttribute("aria-label")).toContain("mean 0, max 0"));
});

test("a thirteenth is not pinned, and it is said", async () => {
  const twelve = Array.from({ length: 12 }, (_, channel) => `${first}[${channel}]`);
  panel.model.receive({ pins: twelve });
  await panel.settle();
  cell(13).focus();
  panel.press(cell(13), "ArrowLeft");
  panel.press(cell(12), "p");
  await panel.settle();
  expect(pins()).toEqual(twelve);
  expect(panel.root.textContent).toContain("At most 12 channels can be pinned.");
});

test("what names no channel is shown as it is, and can be let go", async () => {
  panel.model.receive({ pins: ["<b>nonsense</b>"] });
  await panel.settle();
  expect(strip()?.querySelector("b b")).toBeNull();
  expect(pinned()[0]?.textContent).toContain("<b>nonsense</b>");
  panel.find("button", "Unpin <b>").click();
  expect(pins()).toEqual([]);
});

test("the enlarged view has a button for it", async () => {
  panel.model.set("channel", 2);
  await panel.settle();
  const button = panel.find("dialog", "Channel 2").querySelector<HTMLElement>('[aria-label="Pin channel 2"]');
  button?.click();
  await panel.settle();
  expect(pins()).toEqual([`${first}[2]`]);
  expect(button?.getAttribute("aria-pressed")).toBe("true");
});
