import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { fakeScope } from "../demo/fakekernel";
import { FakeModel, handed } from "../demo/fakemodel";
import { type Mounted, mountWidget, pretendLayout } from "../demo/mounted";
import { madeUp } from "../demo/specimen";
import { PATIENCE } from "./requests";
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

test("the views of a page are told under one name, those of another page under another", async () => {
  const views = ({ model }: Mounted) => (model.sent as { k: string }[]).filter(({ k }) => k === "views");
  const second = mountWidget(specimen, panel.model);
  const other = mountWidget(specimen);
  expect(views(panel)).toEqual([{ k: "views", rid: expect.any(Number), page: expect.any(String), views: 1 }]);
  expect((views(panel)[0] as unknown as { page: string }).page.length).toBeLessThanOrEqual(64);
  expect(views(other)[0]).not.toMatchObject({ page: (views(panel)[0] as unknown as { page: string }).page });
  second.unmount();
  other.unmount();
});

/** Pick a layer of which nothing comes, and let time pass for the kernel. */
function pickInVain(milliseconds: number): void {
  panel.model.onSave = () => {};
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] });
  panel.press(panel.find("slider", "Network rail"), "End");
  vi.advanceTimersByTime(milliseconds);
  vi.useRealTimers();
}
const NO_ANSWER = "No answer from the kernel";
const retry = () => panel.all("button").find(({ textContent }) => textContent === "Retry");

test("a busy kernel is called busy, with what it does, and the notice goes when the answer comes", async () => {
  const { model } = panel;
  model.onSend = (content) => {
    const { k, rid } = content as { k: string; rid: number };
    if (k === "ping") model.message({ k: "pong", rid, busy: "making the map: RISE" });
  };
  pickInVain(3 * PATIENCE);
  await panel.settle();
  expect(panel.root.textContent).toContain(
    "The kernel is busy: making the map: RISE. The answer comes when it is free.",
  );
  expect(panel.root.textContent).not.toContain(NO_ANSWER);
  expect(retry()).toBeUndefined();
  expect(panel.root.getAttribute("aria-busy")).toBe("true");
  // The answer: the layer that was shown before is picked again.
  model.receive({ layer: panel.root.dataset.layer });
  await panel.settle();
  expect(panel.root.textContent).not.toContain("The kernel is busy");
  expect(panel.root.getAttribute("aria-busy")).toBe("false");
});

test("a kernel that the host calls busy is called so too", async () => {
  panel.model.onSend = () => {};
  panel.model.widget_manager.kernel.status = "busy";
  pickInVain(3 * PATIENCE);
  await panel.settle();
  expect(panel.root.textContent).toContain("The kernel is busy: running a cell.");
});

test("a silent kernel is called silent, with the cure, and can be asked again", async () => {
  panel.model.onSend = () => {};
  pickInVain(PATIENCE);
  await panel.settle();
  expect(panel.root.textContent).toContain(NO_ANSWER);
  expect(panel.root.textContent).toContain("run the cell again");
  retry()?.click();
  await panel.settle();
  expect(panel.root.textContent).not.toContain(NO_ANSWER);
});

test("of a kernel that was restarted the cure is told", async () => {
  panel.model.receive({ status: "ready" });
  panel.model.onSave = panel.model.onSend = () => {
    throw new Error("Cannot send");
  };
  panel.find("button", "Next layer").click();
  await panel.settle();
  expect(panel.root.textContent).toContain("It was restarted or has ended: run the cell again.");
});

test("a saved page says that it has no kernel only where it matters, and at once", async () => {
  const model = fakeScope(specimen);
  model.state.set("layout", { comm_live: false });
  model.onSave = () => {};
  const saved = mountWidget(specimen, model);
  await saved.settle();
  saved.find("gridcell", "channel 1").click();
  await saved.settle();
  expect(saved.find("dialog", "Channel 1")).toBeTruthy();
  expect(saved.root.textContent).not.toContain("No kernel stands");
  saved.press(saved.find("dialog", "Channel 1"), "Escape");
  saved.find("button", "Next layer").click();
  await saved.settle();
  expect(saved.root.textContent).toContain("No kernel stands behind this page");
  expect(model.sent).toEqual([]);
  saved.unmount();
});
