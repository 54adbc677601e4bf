import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { effectOf } from "../../demo/altered";
import { type Mounted, mountWidget, pretendLayout } from "../../demo/mounted";
import { madeUp } from "../../demo/specimen";
import { format } from "../draw/number";

beforeAll(pretendLayout);

const specimen = madeUp();
const [first, second] = specimen.layers;
const name = first?.info.name ?? "";

let panel: Mounted;
beforeEach(async () => {
  panel = mountWidget(specimen);
  await panel.settle();
});
afterEach(() => panel.unmount());

const cell = (channel: number) => panel.find("gridcell", `channel ${channel} of`);
const silence = () => panel.model.get("silence");
const line = () => panel.root.querySelector(".nn-silenced");
const toggles = (channel: number) =>
  panel.all("button").filter((button) => button.getAttribute("aria-label") === `Silence channel ${channel}`);

async function point(channel: number): Promise<void> {
  const side = (670 - 9 * 4) / 10;
  const move = { clientX: channel * (side + 4) + side / 2, clientY: side / 2, bubbles: true };
  panel.find("grid", "Channels").dispatchEvent(new MouseEvent("pointermove", move));
  await panel.settle();
}

test("a tile that is pointed at has a toggle, which silences and does not enlarge", async () => {
  expect(toggles(4)).toHaveLength(0);
  await point(4);
  toggles(4)[0]?.click();
  await panel.settle();
  expect(silence()).toBe(`${name}[4]`);
  expect(panel.model.get("channel")).toBeNull();
  expect(toggles(4)[0]?.getAttribute("aria-pressed")).toBe("true");
  expect(cell(4).getAttribute("aria-label")).toContain("max 0, dead, silenced");
  cell(4).click();
  expect(panel.model.get("channel")).toBe(4);
});

test("a silenced tile keeps its toggle, and no toggle is a tab stop of the grid", async () => {
  panel.model.set("silence", `${name}[4,6]`);
  panel.model.save_changes();
  await panel.settle();
  expect([toggles(4), toggles(6)].map((found) => found.length)).toEqual([1, 1]);
  const stops = [...panel.find("grid", "Channels").querySelectorAll<HTMLElement>("[role=gridcell], button")];
  expect(stops.filter((stop) => stop.tabIndex === 0)).toEqual([cell(0)]);
});

test("x silences the tile with the focus and brings it back, Shift and x all but it", async () => {
  cell(0).focus();
  panel.press(cell(0), "ArrowRight");
  await panel.settle();
  panel.press(document.activeElement as Element, "x");
  await panel.settle();
  expect(silence()).toBe(`${name}[1]`);
  expect(panel.root.textContent).toContain("Channel 1 silenced");
  panel.press(document.activeElement as Element, "x");
  expect(silence()).toBe("");
  panel.press(document.activeElement as Element, "X", { shiftKey: true });
  await panel.settle();
  expect(silence()).toBe(`${name}[~1]`);
  expect(line()?.textContent).toContain(`15 of 16 channels of ${name} silenced, all but channel 1`);
  panel.press(document.activeElement as Element, "X", { shiftKey: true });
  expect(silence()).toBe("");
});

test("the focus stays on a channel that is silenced, wherever it then stands", async () => {
  panel.model.set("sort", "max");
  panel.model.save_changes();
  await panel.settle();
  const channel = () => Number((document.activeElement as HTMLElement).dataset.channel);
  const top = panel.all("gridcell")[0] as HTMLElement;
  top.focus();
  const chosen = channel();
  panel.press(top, "x");
  await panel.settle();
  expect(panel.all("gridcell")[0]?.dataset.channel).not.toBe(String(chosen));
  expect(channel()).toBe(chosen);
  panel.press(document.activeElement as Element, "x");
  await panel.settle();
  expect(silence()).toBe("");
  expect(channel()).toBe(chosen);
});

test("Shift and a click silence all others; Ctrl and x are the browser's", async () => {
  await point(2);
  toggles(2)[0]?.dispatchEvent(new MouseEvent("click", { bubbles: true, shiftKey: true }));
  expect(silence()).toBe(`${name}[~2]`);
  panel.press(cell(0), "x", { ctrlKey: true });
  expect(silence()).toBe(`${name}[~2]`);
});

test("in the enlarged view x and its button do the same, but not in a menu", async () => {
  panel.model.set("channel", 2);
  await panel.settle();
  const dialog = panel.find("dialog", "Channel 2");
  panel.press(dialog, "x");
  expect(silence()).toBe(`${name}[2]`);
  const [button] = [...dialog.querySelectorAll<HTMLElement>('[aria-label="Silence channel 2"]')];
  expect(button?.tabIndex).toBe(0);
  button?.click();
  expect(silence()).toBe("");
  panel.press(dialog.querySelector("input") as Element, "x");
  expect(silence()).toBe("");
});

test("the line tells the score before and after, of the class that is explained", async () => {
  if (!first) return;
  const class2 = (specimen.traits.predictions as { logit: number }[])[2];
  panel.model.set("target", 2);
  panel.model.set("silence", `${name}[1,2]`);
  panel.model.save_changes();
  await panel.settle();
  const lost = effectOf(first, 1, 2) + effectOf(first, 2, 2);
  const [before, after] = [class2?.logit ?? 0, (class2?.logit ?? 0) - lost];
  const change = format(after - before, 3);
  expect(line()?.textContent).toContain(
    `logit of tabby ${format(before, 3)} → ${format(after, 3)} (${after > before ? "+" : ""}${change})`,
  );
});

test("the line stays and names the layer while another is looked at, and brings all back", async () => {
  panel.model.set("silence", `${name}[1,2]`);
  panel.model.set("layer", second?.info.name);
  panel.model.save_changes();
  await panel.settle();
  expect(line()?.textContent).toContain(`2 of 16 channels of ${name} silenced`);
  expect(cell(1).getAttribute("aria-label")).not.toContain("silenced");
  [...(line()?.querySelectorAll("button") ?? [])].at(-1)?.click();
  await panel.settle();
  expect(silence()).toBe("");
  expect(line()).toBeNull();
});

test("what silenced channels hold can be chosen; the other's only where there is another specimen", async () => {
  panel.model.set("silence", `${name}[1]`);
  panel.model.save_changes();
  await panel.settle();
  const words = () => [...panel.find("radiogroup", "Hold").querySelectorAll<HTMLElement>("[role=radio]")];
  expect(words().map((word) => word.textContent)).toEqual(["zero", "their mean"]);
  words()[1]?.click();
  await panel.settle();
  expect(panel.model.get("fill")).toBe("mean");
  expect(cell(1).getAttribute("aria-label")).toContain("constant, silenced");
  panel.model.receive({
    _other: { kind: "specimen", name: "dog.jpg", model: "", picture: new ArrayBuffer(0) },
  });
  await panel.settle();
  expect(words().map((word) => word.textContent)).toContain("the other's");
  // The scores differ for another reason too.
  expect(line()?.textContent).not.toContain("logit");
});

test("the channels of an attention map are not silenced, and the key says why", async () => {
  panel.model.receive({
    layers: specimen.layers.map(({ info }) =>
      info.name === name ? { ...info, asked: "class token" } : info,
    ),
  });
  await point(4);
  expect(toggles(4)).toHaveLength(0);
  panel.press(cell(0), "x");
  await panel.settle();
  expect(silence() ?? "").toBe("");
  expect(panel.root.querySelector("[aria-label=Status]")?.textContent).toContain(
    "attention map cannot be silenced",
  );
});

test("of very many silenced channels some are named", async () => {
  panel.model.receive({ silence: `${name}[${[...Array(90).keys()].join(",")}]` });
  await panel.settle();
  expect(line()?.querySelector("span")?.title).toMatch(/^0, 1, .+, 39, and 50 more$/);
});
