import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { fakeScope } from "../demo/fakekernel";
import { FakeModel, handed } from "../demo/fakemodel";
import { type Mounted, mountWidget, pretendLayout } from "../demo/mounted";
import { madeUp } from "../demo/specimen";
import widget from "./widget";

const specimen = madeUp();

beforeAll(pretendLayout);

let panel: Mounted;
beforeEach(async () => {
  panel = mountWidget(specimen);
  await panel.settle();
});
afterEach(() => panel.unmount());

test("the first picture comes from the traits alone", () => {
  expect(panel.root.dataset.painted).toBe("1");
  expect(panel.root.dataset.layer).toBe("blocks.0.conv2d");
  expect(panel.root.getAttribute("aria-busy")).toBe("false");
  expect(panel.root.getAttribute("aria-label")).toBe("nnscope");
});

test("another layer is painted, and counted", async () => {
  panel.model.receive({});
  panel.find("button", "Next layer").click();
  await panel.settle();
  expect(panel.model.get("layer")).toBe("blocks.0.batchnorm2d");
  expect(panel.root.dataset.layer).toBe("blocks.0.batchnorm2d");
  expect(Number(panel.root.dataset.painted)).toBeGreaterThan(1);
});

test("busy while an answer is awaited, with the old picture", async () => {
  panel.model.onSave = () => {};
  panel.press(panel.find("slider", "Network rail"), "End"); // sooner than it could be fetched
  await panel.settle();
  expect(panel.root.getAttribute("aria-busy")).toBe("true");
  expect(panel.root.dataset.layer).toBe("blocks.0.conv2d");
});

test("an error is an alert that can be dismissed; the panel stays", async () => {
  panel.model.receive({ error: "It went <b>wrong</b>." });
  await panel.settle();
  expect(panel.find("alert", "").textContent).toContain("It went <b>wrong</b>.");
  panel.find("button", "Dismiss").click();
  await panel.settle();
  expect(panel.all("alert")).toHaveLength(0);
  expect(panel.all("gridcell").length).toBeGreaterThan(0);
});

test("traits that make no sense are a sentence, not an exception", async () => {
  const model = new FakeModel({ layer: 7, layers: "none", _header: { v: 5 }, predictions: null });
  const broken = mountWidget(specimen, model);
  await broken.settle();
  expect(broken.root.textContent).toContain("version 5");
  broken.unmount();
});

test("without class scores there are no classes, and the switch says why", async () => {
  panel.model.receive({ predictions: [], _about: { explains: false } });
  await panel.settle();
  expect(panel.root.querySelector("[aria-label=Classes]")).toBeNull();
  expect(panel.find("switch", "Grad-CAM").hasAttribute("disabled")).toBe(true);
  expect(panel.root.textContent).toContain("target=callable");
});

test("what Python refuses is said, until the next choice", async () => {
  panel.model.message({ k: "error", rid: 0, code: "refused", message: "No layer <b>x</b>." });
  await panel.settle();
  expect(panel.find("alert", "").textContent).toContain("No layer <b>x</b>.");
  panel.find("switch", "Grad-CAM").click();
  await panel.settle();
  expect(panel.root.querySelector("[role=alert]")).toBeNull();
});

test("opening and closing a view fifty times leaves nothing behind", () => {
  const model = fakeScope(specimen);
  const { initialize, render } = widget();
  const close = initialize({ model: handed(model) });
  const before = [model.listeners, document.body.childElementCount];
  for (let i = 0; i < 50; i++) {
    const el = document.createElement("div");
    document.body.append(el);
    const unrender = render({ model: handed(model), el });
    unrender();
    expect(el.childElementCount).toBe(0);
    el.remove();
  }
  expect([model.listeners, document.body.childElementCount]).toEqual(before);
  close();
  expect(model.listeners).toBe(0);
});

test("a host with signals needs no clean-up call", () => {
  const model = fakeScope(specimen);
  const el = document.createElement("div");
  const [first, second] = [new AbortController(), new AbortController()];
  const { initialize, render } = widget();
  initialize({ model, signal: first.signal });
  render({ model, el, signal: second.signal });
  expect(el.childElementCount).toBe(1);
  second.abort();
  expect(el.childElementCount).toBe(0);
  first.abort();
  expect(model.listeners).toBe(0);
});

test("two views of one model share what they fetch", async () => {
  const second = mountWidget(specimen, panel.model);
  await second.settle();
  panel.model.receive({ channel: 2 });
  await second.settle();
  expect(panel.find("dialog", "Channel 2")).toBeTruthy();
  expect(second.find("dialog", "Channel 2")).toBeTruthy();
  const exact = panel.model.sent.filter((message) => (message as { what?: string }).what === "exact");
  expect(exact).toHaveLength(1);
});

test("nothing is asked twice, though the host hands over another object for the model each time", async () => {
  await vi.waitFor(() => expect(asked("coarse").length).toBeGreaterThan(1));
  expect(new Set(asked("coarse")).size).toBe(asked("coarse").length);
  expect(asked("tools").length).toBeLessThanOrEqual(1);
});

function asked(what: string): unknown[] {
  const sent = panel.model.sent as { what?: string; layer?: string }[];
  return sent.filter((message) => message.what === what).map(({ layer }) => layer);
}

test("JupyterLab keeps its shortcuts off whatever has the focus", () => {
  for (const control of [panel.find("gridcell"), panel.find("combobox", "Sort"), panel.find("switch")]) {
    control.focus();
    expect(control.hasAttribute("data-lm-suppress-shortcuts")).toBe(true);
  }
});
