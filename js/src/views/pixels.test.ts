import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type Mounted, mountWidget, pretendLayout } from "../../demo/mounted";
import { madeUp } from "../../demo/specimen";

beforeAll(pretendLayout);

const specimen = madeUp();
const LAYER = "blocks.0.conv2d";
let panel: Mounted;
beforeEach(async () => {
  panel = mountWidget(specimen);
  panel.model.receive({ channel: 2 });
  await panel.settle();
  tab("Pixels").click();
  await panel.settle();
});
afterEach(() => panel.unmount());

const tab = (word: string) => panel.all("tab").find(({ textContent }) => textContent === word) as HTMLElement;
const dialog = () => panel.find("dialog", "Channel");
const unit = () => panel.model.get("unit");
const button = (word: string) =>
  [...dialog().querySelectorAll("button")].find(({ textContent }) => textContent === word);

test("the question is what drives the channel, by a method over pixels", () => {
  expect([unit(), panel.model.get("method"), panel.model.get("cam")]).toEqual([
    `${LAYER}[2]`,
    "guided_backprop",
    true,
  ]);
  expect(dialog().textContent).toContain("Guided backpropagation · channel 2");
  expect(tab("Pixels").getAttribute("aria-selected")).toBe("true");
});

test("the next channel is asked in its turn", async () => {
  panel.press(dialog(), "ArrowRight");
  await panel.settle();
  expect([panel.model.get("channel"), unit()]).toEqual([3, `${LAYER}[3]`]);
});

test("cells are asked by keyboard, and the whole channel again", async () => {
  panel.press(dialog(), "ArrowDown", { shiftKey: true });
  await panel.settle();
  expect(unit()).toBe(`${LAYER}[2,28,28]`);
  panel.press(tab("Pixels"), "ArrowDown", { shiftKey: true });
  await panel.settle();
  expect(unit()).toBe(`${LAYER}[2,29,28]`);
  button("whole channel")?.click();
  await panel.settle();
  expect(unit()).toBe(`${LAYER}[2]`);
});

test("closing keeps the question; one click leads back to the class and its method", async () => {
  panel.press(dialog(), "Escape");
  await panel.settle();
  expect(unit()).toBe(`${LAYER}[2]`);
  panel.find("button", "Explain the class again").click();
  await panel.settle();
  expect([unit(), panel.model.get("method"), panel.model.get("cam")]).toEqual(["", "gradcam", false]);
});

test("a channel that another view chose can be asked about, but is not unasked", async () => {
  panel.model.receive({ channel: 9 });
  await panel.settle();
  expect(dialog().textContent).not.toContain("Guided backpropagation ·");
  button("Ask what drives channel 9")?.click();
  await panel.settle();
  expect(unit()).toBe(`${LAYER}[9]`);
});

test("what Python refuses is said within", async () => {
  const select = dialog().querySelector("select") as HTMLSelectElement;
  select.value = "deconvnet";
  select.dispatchEvent(new Event("change", { bubbles: true }));
  await panel.settle();
  expect(dialog().querySelector("[role=alert]")?.textContent).toContain("no ReLU");
});
