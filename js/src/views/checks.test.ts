import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type Mounted, mountWidget, pretendLayout } from "../../demo/mounted";
import { madeUp } from "../../demo/specimen";

beforeAll(pretendLayout);

const specimen = madeUp();
let panel: Mounted;
beforeEach(async () => {
  panel = mountWidget(specimen);
  panel.find("switch").click();
  await panel.settle();
});
afterEach(() => panel.unmount());

const dialog = () => panel.find("dialog", "Checks");

test("they open over the panel, show what Python found, and give the focus back", async () => {
  panel.find("button", "Check this map").click();
  await panel.settle();
  expect(panel.model.get("checks")).toBe(true);
  expect(dialog().textContent).toContain("logit of Egyptian cat");
  expect(dialog().querySelectorAll("figure canvas")).toHaveLength(6);
  expect(dialog().textContent).toContain("rank correlation 0.93");
  expect(dialog().querySelectorAll("[aria-label=Verdicts] li")).toHaveLength(2);
  expect(panel.find("grid", "Channels").closest("[inert]")).not.toBeNull();
  panel.press(dialog(), "Escape");
  await panel.settle();
  expect(panel.model.get("checks")).toBe(false);
  expect(document.activeElement).toBe(panel.find("button", "Check this map"));
});

test("the curves are read by keyboard", async () => {
  panel.find("button", "Check this map").click();
  await panel.settle();
  const plot = panel.find("slider", "Part of the image");
  panel.press(plot, "ArrowRight");
  panel.press(plot, "ArrowRight");
  await panel.settle();
  expect(plot.getAttribute("aria-valuetext")).toMatch(/^5 %: deletion 0\.\d+, insertion 0\.\d+$/);
});

test("what is not there yet has its place, and a sentence while there is nothing", async () => {
  panel.model.onSave = () => {};
  panel.model.receive({ checks: true });
  await panel.settle();
  expect(dialog().textContent).toContain("Nothing was checked yet.");
  panel.model.receive({ status: "checking", progress: 0 });
  await panel.settle();
  expect(dialog().textContent).toContain("Checking …");
  const header = { v: 1, kind: "checks", epoch: 0, question: "made so", done: 0, rows: [], arrays: [] };
  panel.model.receive({ _checks_header: header });
  await panel.settle();
  expect(dialog().querySelectorAll("figure")).toHaveLength(6);
  expect(dialog().textContent).toContain("Stop");
});

test("what cannot be read is not shown, and breaks nothing", async () => {
  panel.model.onSave = () => {};
  panel.model.receive({ checks: true, _checks_header: { v: 9, kind: "checks" } });
  await panel.settle();
  expect(dialog().textContent).toContain("Nothing was checked yet.");
});

test("without a map there is nothing to check", async () => {
  panel.find("switch").click();
  await panel.settle();
  expect(panel.find("button", "Check this map").hasAttribute("disabled")).toBe(true);
});
