import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type Mounted, mountWidget, pretendLayout } from "../../demo/mounted";
import { madeUp } from "../../demo/specimen";
import type { Edit } from "../records";

beforeAll(pretendLayout);

/** The input is 224 pixels wide and high; its picture has 112 on the screen, at (10, 20). */
const AREA = { left: 10, top: 20, width: 112, height: 112, right: 122, bottom: 132, x: 10, y: 20 };

let panel: Mounted;
beforeEach(async () => {
  panel = mountWidget(madeUp());
  await panel.settle();
});
afterEach(() => {
  panel.unmount();
  vi.unstubAllGlobals();
});

const tool = (name: string) => panel.find("radio", name);
const button = (name: string) => panel.find("button", name);
const edits = () => panel.model.sent.filter((message) => (message as { k: string }).k === "edit") as Edit[];
const strokes = () => edits().filter((edit) => edit.op === "stroke");

async function pick(name: string) {
  tool(name).click();
  await panel.settle();
}

function surface(): HTMLElement {
  const found = panel.root.querySelector<HTMLElement>(".nn-surface");
  if (!found) throw new Error("No tool lies over the image.");
  found.getBoundingClientRect = () => AREA as DOMRect;
  found.setPointerCapture = () => {};
  return found;
}

function point(name: string, x: number, y: number, more: PointerEventInit = {}) {
  const place = { clientX: AREA.left + x, clientY: AREA.top + y };
  const event = { ...place, pointerId: 1, isPrimary: true, button: 0, bubbles: true, cancelable: true };
  const target = more.relatedTarget instanceof HTMLElement ? more.relatedTarget : surface();
  target.dispatchEvent(new PointerEvent(`pointer${name}`, { ...event, ...more }));
}

test("the tools are one radio group, and one looks at first", () => {
  expect(panel.find("radiogroup", "Image tool")).toBeTruthy();
  expect(tool("Look").getAttribute("aria-checked")).toBe("true");
  expect(panel.root.querySelector(".nn-surface")).toBeNull();
  for (const each of panel.all("radio").filter((radio) => radio.dataset.tool))
    expect([each.title.length > 0, each.getAttribute("aria-label")?.length]).not.toContain(0);
});

test("a stroke goes to the kernel in pixels of the input, and can be taken back", async () => {
  await pick("Blur");
  point("down", 10, 20);
  point("move", 30, 20);
  point("move", 30, 40);
  point("up", 30, 40);
  await panel.settle();
  expect(strokes()[0]).toMatchObject({
    tool: "blur",
    radius: 12,
    points: [[20, 40]],
    begin: true,
    from: null,
  });
  expect(strokes().at(-1)).toMatchObject({ begin: false });
  expect(
    strokes()
      .flatMap(({ points }) => points)
      .at(-1),
  ).toEqual([60, 80]);
  expect(panel.root.dataset).toMatchObject({ painting: "0", lag: "0" });
  expect(button("Undo").title).toContain("brush: blur");
  expect(panel.root.querySelector(".nn-unseen")?.textContent).toContain("brush: blur");
  button("Undo").click();
  await panel.settle();
  expect(edits().at(-1)).toMatchObject({ op: "undo" });
  expect(button("Undo").getAttribute("aria-disabled")).toBe("true");
  button("Redo").click();
  await panel.settle();
  expect(edits().at(-1)).toMatchObject({ op: "redo" });
});

test("while one is in flight what is painted waits, and is counted", async () => {
  const answers: (() => void)[] = [];
  const kernel = panel.model.onSend;
  panel.model.onSend = (content) => answers.push(() => kernel(content));
  await pick("Erase to grey");
  point("down", 10, 20);
  for (let x = 11; x < 40; x++) point("move", x, 20);
  expect(strokes()).toHaveLength(1);
  expect(panel.root.dataset).toMatchObject({ painting: "1", lag: "30" });
  point("cancel", 40, 20);
  expect(panel.root.dataset).toMatchObject({ painting: "1", lag: "1" });
  for (const answer of answers.splice(0)) answer();
  await panel.settle();
  expect(panel.root.dataset).toMatchObject({ painting: "0", lag: "0" });
  expect(strokes()).toHaveLength(1);
});

test("what the kernel refuses is said in the status line", async () => {
  panel.model.onSend = (content) => {
    const { rid } = content as { rid: number };
    panel.model.message({ k: "error", rid, code: "value", message: "This image cannot be painted." });
  };
  await pick("Noise");
  point("down", 10, 20);
  await panel.settle();
  expect(panel.root.querySelector(".nn-status")?.textContent).toContain("This image cannot be painted.");
  expect(panel.root.dataset.lag).toBe("0");
});

test("copying begins with a source, and keeps its distance", async () => {
  await pick("Copy from elsewhere");
  point("down", 10, 10);
  point("up", 10, 10);
  expect(strokes()).toHaveLength(0);
  point("down", 40, 30);
  point("up", 40, 30);
  await panel.settle();
  point("down", 50, 50);
  point("up", 50, 50);
  await panel.settle();
  expect(strokes().map(({ from }) => from)).toEqual([
    [-60, -40],
    [-60, -40],
  ]);
  point("down", 50, 50, { altKey: true });
  point("up", 50, 50);
  point("down", 45, 50);
  await panel.settle();
  expect(strokes().at(-1)?.from).toEqual([10, 0]);
});

test("by keyboard the brush moves, paints a dab, and paints along while Enter is held", async () => {
  await pick("Fill with mean");
  const area = surface();
  area.focus();
  panel.press(area, "ArrowRight", { shiftKey: true });
  panel.press(area, "ArrowUp");
  panel.press(area, "Enter");
  panel.press(area, "Enter", { repeat: true });
  panel.press(area, "ArrowDown", { shiftKey: true });
  area.dispatchEvent(new KeyboardEvent("keyup", { key: "Enter", bubbles: true }));
  panel.press(area, "ArrowDown");
  await panel.settle();
  expect(strokes().map(({ points, begin }) => [begin, points.at(-1)])).toEqual([
    [true, [122, 111]],
    [false, [122, 121]],
  ]);
  panel.press(area, "]");
  panel.press(area, " ");
  await panel.settle();
  expect(strokes().at(-1)).toMatchObject({ radius: 14, points: [[122, 122]], begin: true });
  panel.press(area, "Escape");
  await panel.settle();
  expect(tool("Look").getAttribute("aria-checked")).toBe("true");
  expect(document.activeElement).toBe(tool("Look"));
});

test("Ctrl+Z takes back from anywhere but a field of text", async () => {
  await pick("Blur");
  point("down", 10, 20);
  point("up", 10, 20);
  await panel.settle();
  panel.press(panel.find("combobox", "Layer"), "z", { ctrlKey: true });
  expect(edits().at(-1)).toMatchObject({ op: "stroke" });
  panel.press(panel.find("slider", "Brush size"), "z", { ctrlKey: true });
  await panel.settle();
  expect(edits().at(-1)).toMatchObject({ op: "undo" });
  panel.press(surface(), "Z", { metaKey: true, shiftKey: true });
  await panel.settle();
  panel.press(surface(), "z", { metaKey: true });
  await panel.settle();
  panel.press(surface(), "y", { ctrlKey: true });
  await panel.settle();
  expect(edits().map(({ op }) => op)).toEqual(["stroke", "undo", "redo", "undo", "redo"]);
  // There is nothing more to take again: the kernel need not be asked.
  panel.press(surface(), "y", { ctrlKey: true });
  expect(edits()).toHaveLength(5);
});

test("light and turns are seen while their sliders move", async () => {
  button("Adjust").click();
  await panel.settle();
  const slider = panel.find("slider", "Contrast");
  panel.type(slider, "2");
  await panel.settle();
  panel.type(slider, "3");
  slider.dispatchEvent(new Event("change", { bubbles: true }));
  await panel.settle();
  expect(edits()).toMatchObject([
    { op: "light", brightness: 0, contrast: 2, begin: true },
    { op: "light", brightness: 0, contrast: 3, begin: false },
  ]);
  button("Flip horizontally").click();
  await panel.settle();
  expect((panel.find("slider", "Contrast") as HTMLInputElement).value).toBe("1");
  button("Turn 90° to the left").click();
  await panel.settle();
  button("Turn 90° to the left").click();
  await panel.settle();
  expect(edits().slice(2)).toMatchObject([
    { op: "flip", axis: "horizontal" },
    { op: "turn", degrees: 90, begin: true },
    { op: "turn", degrees: 180, begin: false },
  ]);
  button("Reset").click();
  await panel.settle();
  expect(edits().at(-1)).toMatchObject({ op: "reset" });
  expect((panel.find("slider", "Turn") as HTMLInputElement).value).toBe("0");
});

test("a slider goes on with nothing that another hand has changed", async () => {
  button("Adjust").click();
  await panel.settle();
  const slider = panel.find("slider", "Brightness");
  panel.type(slider, "0.4");
  slider.dispatchEvent(new Event("change", { bubbles: true }));
  await panel.settle();
  expect((slider as HTMLInputElement).value).toBe("0.4");
  panel.model.receive({ _edits: { undo: 0, redo: 1, words: "", able: true, why: "" } });
  await panel.settle();
  expect((slider as HTMLInputElement).value).toBe("0");
  panel.type(slider, "0.2");
  await panel.settle();
  expect(edits().at(-1)).toMatchObject({ op: "light", brightness: 0.2, begin: true });
});

test("where the image cannot be edited the tools say why, and looking is left", async () => {
  await pick("Blur");
  panel.model.receive({ _edits: { able: false, why: "A tensor of four channels has no colours." } });
  await panel.settle();
  expect(tool("Look").getAttribute("aria-checked")).toBe("true");
  for (const each of [tool("Blur"), tool("Erase"), button("Undo"), button("Reset"), button("Adjust")]) {
    expect(each.title).toBe("A tensor of four channels has no colours.");
    expect(each.getAttribute("aria-disabled")).toBe("true");
  }
  await pick("Blur");
  expect(panel.root.querySelector(".nn-surface")).toBeNull();
  panel.press(tool("Look"), "ArrowLeft");
  await panel.settle();
  expect(tool("Region").getAttribute("aria-checked")).toBe("true");
});

test("a brush paints on what the network saw, also after the original was shown", async () => {
  panel.unmount();
  // Nothing here decodes pictures.
  vi.stubGlobal("createImageBitmap", async () => ({ width: 448, height: 224 }));
  const specimen = madeUp();
  const about = { ...(specimen.traits._about as object), crop: [0.25, 0, 0.75, 1] };
  panel = mountWidget({
    ...specimen,
    traits: { ...specimen.traits, _about: about, _original: new ArrayBuffer(4) },
  });
  await panel.settle();
  const word = (text: string) =>
    [...panel.root.querySelectorAll<HTMLElement>("[aria-label=Shown] button")].find(
      (each) => each.dataset.word === text,
    );
  word("original")?.click();
  await panel.settle();
  expect(word("original")?.getAttribute("aria-checked")).toBe("true");
  // The layer of the tools lies over the part that the network saw, and reads its places there.
  const area = () => panel.root.querySelector<HTMLElement>(".nn-input-area")?.style;
  expect([area()?.left, area()?.width, area()?.height]).toEqual(["50%", "50%", "100%"]);
  await pick("Region");
  point("down", 20, 20);
  point("move", 60, 70);
  point("up", 60, 70);
  expect(panel.model.get("region")).toEqual([40, 40, 120, 140]);
  await pick("Blur");
  expect(area()?.width).toBe("100%");
  expect(word("network input")?.getAttribute("aria-checked")).toBe("true");
  word("original")?.click();
  await panel.settle();
  expect(tool("Look").getAttribute("aria-checked")).toBe("true");
});

test("a rectangle becomes the region when the pointer lets go, and a click takes it away", async () => {
  await pick("Region");
  point("down", 20, 20);
  point("move", 40, 30);
  point("move", 60, 70);
  await panel.settle();
  expect(panel.model.get("region")).toBeUndefined();
  point("up", 60, 70);
  expect(panel.model.get("region")).toEqual([40, 40, 120, 140]);
  expect(panel.model.get("view")).toBe("region");
  await panel.settle();
  const seize = (grip: string) => {
    const found = surface().querySelector<HTMLElement>(`[data-grip="${grip}"]`);
    if (!found) throw new Error(`Nothing to seize at ${grip}.`);
    return { relatedTarget: found };
  };
  point("down", 30, 30, seize("0,0"));
  point("move", 40, 25);
  point("up", 40, 25);
  expect(panel.model.get("region")).toEqual([60, 30, 140, 130]);
  await panel.settle();
  point("down", 70, 40, seize("1,0"));
  point("move", 80, 90);
  point("up", 80, 90);
  expect(panel.model.get("region")).toEqual([60, 30, 160, 130]);
  await panel.settle();
  point("down", 5, 5);
  point("up", 6, 6);
  expect(panel.model.get("region")).toEqual([]);
  expect(panel.model.get("view")).toBe("channels");
});

test("by keyboard a region is placed in the middle, moved, resized and removed", async () => {
  await pick("Region");
  const area = surface();
  area.focus();
  panel.press(area, "Enter");
  expect(panel.model.get("region")).toEqual([56, 56, 168, 168]);
  vi.useFakeTimers();
  panel.press(area, "ArrowRight");
  panel.press(area, "ArrowRight");
  panel.press(area, "ArrowUp", { shiftKey: true });
  expect(panel.model.get("region")).toEqual([56, 56, 168, 168]);
  vi.advanceTimersByTime(300);
  vi.useRealTimers();
  expect(panel.model.get("region")).toEqual([58, 56, 170, 167]);
  await panel.settle();
  panel.press(area, "ArrowLeft");
  panel.press(area, "Escape");
  expect(panel.model.get("region")).toEqual([57, 56, 169, 167]);
  await panel.settle();
  expect(panel.root.querySelector(".nn-region")).toBeTruthy();
  button("Remove the region").click();
  await panel.settle();
  expect(panel.model.get("region")).toEqual([]);
  expect(panel.root.querySelector(".nn-region")).toBeNull();
});

test("a call-off of the pointer leaves the region as it was", async () => {
  await pick("Region");
  point("down", 20, 20);
  point("move", 60, 70);
  point("cancel", 60, 70);
  await panel.settle();
  expect(panel.model.get("region")).toBeUndefined();
  expect(panel.root.querySelector(".nn-region")).toBeNull();
});

function drop(name: string, files: readonly File[], types: readonly string[] = ["Files"]) {
  const event = new Event(name, { bubbles: true, cancelable: true });
  Object.assign(event, { dataTransfer: { types, files, dropEffect: "" }, relatedTarget: null });
  panel.root.querySelector(".nn-status")?.dispatchEvent(event);
  return event;
}

test("an image file that is dropped anywhere takes this one's place", async () => {
  expect(drop("dragover", []).defaultPrevented).toBe(true);
  expect(panel.root.classList.contains("nn-dropping")).toBe(true);
  drop("dragleave", []);
  expect(panel.root.classList.contains("nn-dropping")).toBe(false);
  drop("dragover", []);
  drop("drop", [new File(["pixels"], "cat.png", { type: "image/png" })]);
  await panel.settle();
  expect(panel.root.classList.contains("nn-dropping")).toBe(false);
  expect(edits()).toMatchObject([{ op: "open", name: "cat.png" }]);
  expect(panel.model.get("_edits")).toMatchObject({ undo: 1, words: "opened cat.png" });
  expect(new TextDecoder().decode(panel.model.get("_picture") as DataView)).toBe("pixels");
});

test("what is no image, too large, several or no file at all is not taken", async () => {
  const line = () => panel.root.querySelector(".nn-status")?.textContent;
  drop("drop", [new File(["words"], "words.txt")]);
  await panel.settle();
  expect(line()).toContain("words.txt is no image.");
  const large = new File([], "large.png");
  Object.defineProperty(large, "size", { value: 16 * 1024 * 1024 + 1 });
  drop("drop", [large]);
  await panel.settle();
  expect(line()).toContain("large.png is too large");
  drop("drop", [new File([], "a.png"), new File([], "b.png")]);
  await panel.settle();
  expect(line()).toContain("one image at a time");
  expect(drop("dragover", [], ["text/plain"]).defaultPrevented).toBe(false);
  expect(panel.root.classList.contains("nn-dropping")).toBe(false);
  expect(edits()).toHaveLength(1);
});

test("who paints while the other is drawn is shown this one, which is painted", async () => {
  panel.model.receive({ side: "other" });
  await pick("Erase to grey");
  expect(panel.model.get("side")).toBe("other");
  point("down", 10, 20);
  point("up", 10, 20);
  expect(panel.model.get("side")).toBe("this");
  panel.model.receive({ side: "difference" });
  await panel.settle();
  point("down", 10, 20);
  point("up", 10, 20);
  expect(panel.model.get("side")).toBe("difference");
});
