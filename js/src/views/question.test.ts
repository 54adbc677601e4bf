import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { fakeScope } from "../../demo/fakekernel";
import { type Mounted, mountWidget, pretendLayout } from "../../demo/mounted";
import { madeUp } from "../../demo/specimen";

beforeAll(pretendLayout);

const specimen = madeUp();
const LAYER = "blocks.0.conv2d";
let panel: Mounted;
beforeEach(async () => {
  panel = mountWidget(specimen);
  panel.model.receive({ cam: true });
  panel.find("switch").click();
  panel.find("switch").click();
  await panel.settle();
});
afterEach(() => panel.unmount());

const question = () =>
  ["target", "versus", "unit", "method", "map_style"].map((name) => panel.model.get(name));
const choice = (word: string) =>
  panel.all("radio").find(({ textContent }) => textContent === word) as HTMLElement;
const pick = (name: string, value: string) => {
  const select = panel.find("combobox", name) as HTMLSelectElement;
  select.value = value;
  select.dispatchEvent(new Event("change", { bubbles: true }));
};

test("the menu stands under Python's headings, and takes a style along that the method has", async () => {
  const groups = [...panel.find("combobox", "Method").querySelectorAll("optgroup")].map(({ label }) => label);
  expect(groups).toContain("Through the ReLUs");
  pick("Style", "torchcam");
  pick("Method", "layercam");
  await panel.settle();
  expect(question()).toEqual([null, null, "", "layercam", "paper"]);
});

test("a channel, one of its cells, and back to the class", async () => {
  choice("channel").click();
  await panel.settle();
  // The strongest channel of the layer, as no other is meant.
  expect(panel.model.get("unit")).toBe(`${LAYER}[9]`);
  choice("cell").click();
  await panel.settle();
  expect(panel.model.get("unit")).toBe(`${LAYER}[9,28,28]`);
  expect(panel.root.textContent).toContain("cell (28, 28) of channel 9");
  panel.find("button", "Explain the class again").click();
  await panel.settle();
  expect(panel.model.get("unit")).toBe("");
});

test("picking a class leaves the unit, and is never compared with itself", async () => {
  panel.model.receive({ unit: `${LAYER}[3]`, versus: 2 });
  await panel.settle();
  const [, , third] = [...panel.root.querySelectorAll<HTMLElement>("[aria-label=Classes] button")];
  expect(panel.root.querySelector("[aria-label=Classes] [aria-pressed=true]")).toBeNull();
  third?.click();
  expect(question().slice(0, 3)).toEqual([2, null, ""]);
});

test("Shift and a click take a class away, and give it back", async () => {
  const [, second] = [...panel.root.querySelectorAll<HTMLElement>("[aria-label=Classes] button")];
  const shift = () => second?.dispatchEvent(new MouseEvent("click", { bubbles: true, shiftKey: true }));
  shift();
  expect(question().slice(0, 2)).toEqual([null, 1]);
  await panel.settle();
  expect(panel.root.textContent).toContain("−tiger cat");
  shift();
  expect(question().slice(0, 2)).toEqual([null, null]);
});

test("the class that is taken away is picked in a field, and given back beside it", async () => {
  panel
    .all("button")
    .find(({ textContent }) => textContent === "runner-up")
    ?.click();
  await panel.settle();
  expect(panel.model.get("versus")).toBe(1);
  expect((panel.find("combobox", "Versus") as HTMLInputElement).value).toBe("tiger cat");
  panel.find("button", "Compare with no class").click();
  expect(panel.model.get("versus")).toBeNull();
});

test("the scale is told while a map is shown, with zero where it has signs", async () => {
  const scale = () =>
    panel.root.querySelector('[aria-label^="The map\'s scale"]')?.getAttribute("aria-label");
  expect(scale()).toMatch(/^The map's scale: 0 to \d/);
  pick("Method", "gradient");
  await panel.settle();
  expect(scale()).toMatch(/zero in the middle/);
  panel.find("switch").click();
  await panel.settle();
  expect(scale()).toBeUndefined();
});

test("long work can be stopped, by a button and by Escape in the image's column", async () => {
  panel.model.receive({ status: "covering the image", progress: 0.4 });
  await panel.settle();
  expect(panel.root.textContent).toContain("covering the image 40 %");
  panel
    .all("button")
    .find(({ textContent }) => textContent === "Stop")
    ?.click();
  expect(panel.model.sent.at(-1)).toMatchObject({ k: "stop" });
  await panel.settle();
  panel.model.receive({ status: "covering the image", progress: 0.5 });
  panel.press(panel.find("switch"), "Escape");
  expect(panel.model.sent.filter((sent) => (sent as { k: string }).k === "stop")).toHaveLength(2);
});

test("a panel whose Python offers no menu keeps its one method", async () => {
  const model = fakeScope(specimen);
  model.receive({ _methods: [] });
  const other = mountWidget(specimen, model);
  await other.settle();
  expect((other.find("combobox", "Method") as HTMLSelectElement).value).toBe("gradcam");
  other.unmount();
});
