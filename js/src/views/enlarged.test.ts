import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type Mounted, mountWidget, pretendLayout } from "../../demo/mounted";
import { madeUp } from "../../demo/specimen";
import { format } from "../draw/number";

beforeAll(pretendLayout);

const specimen = madeUp();
let panel: Mounted;
beforeEach(async () => {
  panel = mountWidget(specimen);
  panel.model.receive({ sort: "max", channel: 2 });
  await panel.settle();
});
afterEach(() => panel.unmount());

const dialog = () => panel.find("dialog", "Channel");
const reading = () => dialog().querySelector("output")?.textContent;

test("set from Python, it opens and closes, and takes no focus from a cell that is being typed in", async () => {
  panel.model.receive({ channel: null });
  const editor = document.createElement("textarea");
  document.body.append(editor);
  editor.focus();
  panel.model.receive({ channel: 4 });
  await panel.settle();
  expect(dialog().getAttribute("aria-label")).toBe("Channel 4");
  expect(document.activeElement).toBe(editor);
  panel.model.receive({ channel: null });
  await panel.settle();
  expect(panel.all("dialog")).toHaveLength(0);
  expect(document.activeElement).toBe(editor);
  editor.remove();
});

test("arrows step in the order of the grid, and stop at its ends", async () => {
  panel.model.receive({ channel: null });
  await panel.settle();
  const order = panel.all("gridcell").map((cell) => Number(cell.dataset.channel));
  panel.model.receive({ channel: order[0] });
  await panel.settle();
  panel.press(dialog(), "ArrowLeft");
  expect(panel.model.get("channel")).toBe(order[0]);
  panel.press(dialog(), "ArrowRight");
  await panel.settle();
  expect(panel.model.get("channel")).toBe(order[1]);
  expect(dialog().textContent).toContain("2nd of 16 by maximum");
});

test("Shift and an arrow read the exact value of a cell, by keyboard alone", async () => {
  panel.press(dialog(), "ArrowRight", { shiftKey: true });
  await panel.settle();
  panel.press(dialog(), "ArrowDown", { shiftKey: true });
  await panel.settle();
  const value = specimen.layers[0]?.values[2 * 56 * 56 + 29 * 56 + 28];
  expect(reading()).toBe(`cell (29, 28) value ${format(value)} image (114, 118) receptive field 11 × 11`);
  expect(panel.root.textContent).toContain(`cell row 29, column 28, ${format(value)}`);
});

test("the numbers of the channel are at its foot", () => {
  const stats = dialog().textContent ?? "";
  for (const name of ["mean", "max", "min", "active"]) expect(stats).toContain(name);
});

test("the panel behind is out of reach while it is open", async () => {
  const behind = panel.find("grid", "Channels").closest("[inert]");
  expect(behind).not.toBeNull();
  panel.find("button", "Close").click();
  await panel.settle();
  expect(panel.find("grid", "Channels").closest("[inert]")).toBeNull();
});

test("cells exact or smooth is a trait", () => {
  const [smooth] = [...dialog().querySelectorAll("button")].filter(
    (button) => button.textContent === "smooth",
  );
  smooth?.click();
  expect(panel.model.get("smooth")).toBe(true);
});

test("the opacity is written when the slider is let go, not while it moves", async () => {
  const slider = dialog().querySelector<HTMLInputElement>("input[aria-label=Opacity]") as HTMLInputElement;
  panel.type(slider, "0.9");
  expect(panel.model.get("opacity")).toBe(0.5);
  slider.dispatchEvent(new Event("change", { bubbles: true }));
  expect(panel.model.get("opacity")).toBe(0.9);
});

test("closed over a view without tiles, the tab of that view gets the focus, and no tile takes it later", async () => {
  panel.model.receive({ view: "statistics" });
  await panel.settle();
  panel.press(dialog(), "Escape");
  await panel.settle();
  expect(document.activeElement?.textContent).toBe("Statistics");
  panel.model.receive({ view: "channels" });
  await panel.settle();
  expect(document.activeElement?.getAttribute("role")).not.toBe("gridcell");
});
