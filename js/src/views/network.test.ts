import { options } from "preact";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type Mounted, mountWidget, pretendLayout } from "../../demo/mounted";
import { asTraits, type LayerValues, layerPacket } from "../../demo/packets";
import { madeUp } from "../../demo/specimen";
import { GraphNode } from "./graphnode";

beforeAll(pretendLayout);

const specimen = madeUp();
let panel: Mounted;
beforeEach(async () => {
  panel = mountWidget(specimen);
  panel.model.receive({ view: "network" });
  await panel.settle();
});
afterEach(() => panel.unmount());

const item = (name: string) => panel.find("treeitem", `${name},`);
const names = () => panel.all("treeitem").map((node) => node.getAttribute("aria-label")?.split(",")[0]);
const button = (word: string) =>
  panel.all("button").find(({ textContent }) => textContent === word) as HTMLButtonElement;
const turnTo = async (word: string) => {
  panel
    .all("radio")
    .find(({ textContent }) => textContent === word)
    ?.click();
  await panel.settle();
};
const rows = () => panel.all("row").filter((row) => row.dataset.row !== undefined);
const firstCells = () => rows().map((row) => row.querySelector("[role=gridcell]")?.textContent);

test("it starts with the blocks closed, and says what each node is", () => {
  expect(names().slice(0, 9)).toEqual([
    ...["input", "conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4"],
  ]);
  expect(item("conv1").getAttribute("aria-label")).toBe("conv1, Conv2d, 64 × 112 × 112, 9,408 parameters");
  expect(item("layer1").getAttribute("aria-expanded")).toBe("false");
  expect(item("conv1").hasAttribute("aria-expanded")).toBe(false);
});

test("a click unfolds a block, another on its title folds it", async () => {
  item("layer1").click();
  await panel.settle();
  expect(item("layer1").getAttribute("aria-expanded")).toBe("true");
  expect(item("layer1.0").getAttribute("aria-level")).toBe("2");
  item("layer1").click(); // beside the title
  await panel.settle();
  expect(item("layer1").getAttribute("aria-expanded")).toBe("true");
  item("layer1").querySelector<HTMLElement>(".nn-node-words")?.click();
  await panel.settle();
  expect(item("layer1").getAttribute("aria-expanded")).toBe("false");
});

test("a layer with pictures is gone to; what is unfolded is found again", async () => {
  item("layer1").click();
  await panel.settle();
  panel.model.onSave = () => {};
  item("conv1").click();
  expect([panel.model.get("layer"), panel.model.get("view")]).toEqual(["conv1", "channels"]);
  panel.model.receive({ view: "network" });
  await panel.settle();
  expect(item("layer1").getAttribute("aria-expanded")).toBe("true");
  expect(item("conv1").getAttribute("aria-selected")).toBe("true");
});

test("the picture of a closed block leads to its layer, and the block of a hidden layer is marked", async () => {
  panel.model.onSave = () => {};
  item("layer1").querySelector("canvas")?.click();
  expect(panel.model.get("layer")).toBe("layer1");
  panel.model.receive({ view: "network", layer: "layer2.0.conv1" });
  await panel.settle();
  expect(item("layer2").getAttribute("aria-selected")).toBe("true");
});

test("the graph has one tab stop: the panel's layer, or the closed block around it", async () => {
  panel.unmount();
  panel = mountWidget(specimen);
  panel.model.onSave = () => {};
  panel.model.receive({ view: "network", layer: "layer2.0.conv1" });
  await panel.settle();
  expect(panel.all("treeitem").filter((node) => node.tabIndex === 0)).toEqual([item("layer2")]);
});

test("by keyboard: along the lines, into a block and out of it, with one tab stop", async () => {
  item("relu").focus();
  panel.press(item("relu"), "ArrowDown");
  await panel.settle();
  expect(document.activeElement).toBe(item("maxpool"));
  for (const key of ["ArrowDown", " ", "ArrowDown"]) {
    panel.press(document.activeElement ?? item("bn1"), key);
    await panel.settle();
  }
  expect(document.activeElement).toBe(item("layer1.0"));
  expect(panel.all("treeitem").filter((node) => node.tabIndex === 0)).toHaveLength(1);
  panel.press(item("layer1.0"), "ArrowLeft");
  await panel.settle();
  expect(document.activeElement).toBe(item("layer1"));
  panel.press(item("layer1"), " ");
  await panel.settle();
  expect(names()).not.toContain("layer1.0");
});

test("all is unfolded and folded, yet only what is near the view is in the page", async () => {
  button("Unfold all").click();
  await panel.settle();
  expect(button("Unfold all").disabled).toBe(true);
  expect(names()).toContain("layer1.0.conv1");
  expect(names().length).toBeLessThan(60);
  button("Fold all").click();
  await panel.settle();
  expect(names()).not.toContain("layer1.0.conv1");
});

test("the wheel moves the drawing, and is let through at its ends", () => {
  const tree = panel.find("tree", "Graph of the network");
  const turn = (deltaY: number, more = {}) => {
    const event = new WheelEvent("wheel", { deltaY, bubbles: true, cancelable: true });
    Object.assign(event, more);
    tree.dispatchEvent(event);
    return event.defaultPrevented;
  };
  expect(turn(-9999)).toBe(false);
  expect(turn(50)).toBe(true);
  expect(turn(99_999)).toBe(true);
  expect(turn(50)).toBe(false);
  expect(turn(50, { ctrlKey: true })).toBe(true);
});

test("a drag ends where the button is up, even if that was outside; a click from elsewhere still clicks", async () => {
  const tree = panel.find("tree", "Graph of the network");
  const sheet = () => panel.root.querySelector<HTMLElement>(".nn-graph-sheet")?.style.transform;
  const point = async (name: string, clientY: number, buttons: number) => {
    const at = { clientY, buttons, pointerId: 1, bubbles: true };
    tree.dispatchEvent(new PointerEvent(`pointer${name}`, at));
    await panel.settle();
    return sheet();
  };
  for (let i = 0; i < 4; i++) panel.find("button", "Zoom in").click(); // until there is room to drag
  await point("down", 0, 1);
  const dragged = await point("move", -20, 1);
  expect(await point("move", -40, 1)).not.toBe(dragged);
  const released = sheet();
  expect(await point("move", -60, 0)).toBe(released);
  item("layer1").click();
  await panel.settle();
  expect(item("layer1").getAttribute("aria-expanded")).toBe("true");
});

test("what is sought is counted, kept bright, and unfolded at Enter", async () => {
  const field = panel.find("input", "Search layers");
  panel.type(field, "layer3.1.conv2");
  await panel.settle();
  expect(item("layer3").className).not.toContain("nn-faint");
  expect(item("layer2").className).toContain("nn-faint");
  expect(panel.find("tabpanel").textContent).toContain("1 of 111 rows");
  panel.press(field, "Enter");
  await panel.settle();
  expect(item("layer3.1.conv2").tabIndex).toBe(0);
  panel.type(field, "conv2d");
  await panel.settle();
  expect(panel.find("tabpanel").textContent).toContain("29 of 111"); // by kind, as no name has it
  panel.press(field, "Escape");
  await panel.settle();
  expect(item("layer3.1.conv2").className).not.toContain("nn-faint");
});

test("in the table, Enter leads to the first row that was found, once all letters are there", async () => {
  await turnTo("table");
  const field = panel.find("input", "Search layers");
  field.focus();
  panel.type(field, "layer3.1.conv");
  await panel.settle();
  panel.press(field, "Enter", { isComposing: true });
  await panel.settle();
  expect(document.activeElement).toBe(field);
  panel.press(field, "Enter");
  await panel.settle();
  expect(document.activeElement?.textContent).toContain("layer3.1.conv1");
});

test("who goes to a layer by keyboard goes on among its channels", async () => {
  item("conv1").focus();
  panel.press(item("conv1"), "Enter");
  await panel.settle();
  expect(panel.model.get("view")).toBe("channels");
  expect(panel.find("grid", "Channels").contains(document.activeElement)).toBe(true);
});

test("the table is sorted by its heads, and a row leads to its layer", async () => {
  await turnTo("table");
  const table = panel.find("grid", "Layers of the network");
  expect(table.getAttribute("aria-rowcount")).toBe("113");
  expect(rows().length).toBeLessThan(50);
  expect(table.textContent).toContain("all 111 rows");
  const head = () => panel.all("columnheader")[3] as HTMLElement;
  head().querySelector("button")?.click();
  await panel.settle();
  expect(head().getAttribute("aria-sort")).toBe("descending");
  expect(firstCells()[0]).toBe("layer4");
  head().querySelector("button")?.click();
  await panel.settle();
  expect(head().getAttribute("aria-sort")).toBe("ascending");
  panel.model.onSave = () => {};
  rows()[0]?.click();
  expect([panel.model.get("layer"), panel.model.get("view")]).toEqual(["relu", "channels"]);
});

test("rows are reached by keyboard, with one tab stop among them", async () => {
  await turnTo("table");
  const stops = () => rows().filter((row) => row.tabIndex === 0);
  expect(stops()).toHaveLength(1);
  stops()[0]?.focus();
  panel.press(stops()[0] as HTMLElement, "ArrowDown");
  await panel.settle();
  expect(document.activeElement).toBe(rows()[1]);
  panel.press(rows()[1] as HTMLElement, "End");
  await panel.settle();
  const last = document.activeElement as HTMLElement;
  expect(last.dataset.row).toBe("110");
  panel.press(last, "End"); // it is there
  const field = panel.find("input", "Search layers");
  field.focus();
  panel.type(field, "bn");
  await panel.settle();
  panel.type(field, "");
  await panel.settle();
  expect(document.activeElement).toBe(field);
});

test("after new weights the graph is seen as before, and the focus stays in it", async () => {
  const look = () => panel.root.querySelector<HTMLElement>(".nn-graph-sheet")?.style.transform;
  const after = async (button: string) => {
    panel.find("button", button).click();
    await panel.settle();
    return look();
  };
  const whole = await after("Fit the graph");
  const before = await after("Zoom in");
  item("fc").focus();
  const shown = names();
  expect(before).toMatch(/scale/);
  panel.model.receive(asTraits("_header", "_tiles", layerPacket(specimen.layers[0] as LayerValues, 1)));
  await panel.settle();
  expect(names()).toEqual(shown);
  expect(look()).toBe(before);
  expect(document.activeElement).toBe(item("fc"));
  expect(await after("Fit the graph")).toBe(whole);
});

test("the table starts at the panel's layer, its tab stop, which stays when it is scrolled out of sight", async () => {
  panel.model.onSave = () => {};
  panel.model.receive({ layer: "layer4.1.conv1" });
  await turnTo("table");
  const stops = () => rows().filter((row) => row.tabIndex === 0);
  const stop = stops()[0] as HTMLElement;
  expect(stop.getAttribute("aria-selected")).toBe("true");
  expect(rows()[0]?.dataset.row).not.toBe("0");
  stop.focus();
  const scroll = panel.root.querySelector(".nn-table-scroll") as HTMLElement;
  scroll.scrollTop = 0;
  scroll.dispatchEvent(new Event("scroll"));
  await panel.settle();
  expect(rows()[0]?.dataset.row).toBe("0");
  expect(stops()).toEqual([stop]);
  expect(document.activeElement).toBe(stop);
});

test("Space goes to a row's layer like Enter, and what the browser does by Alt or Ctrl is left to it", async () => {
  await turnTo("table");
  const row = rows().find(({ tabIndex }) => tabIndex === 0) as HTMLElement;
  row.focus();
  for (const more of [{ altKey: true }, { ctrlKey: true }, { metaKey: true }]) {
    const event = new KeyboardEvent("keydown", {
      key: "ArrowDown",
      bubbles: true,
      cancelable: true,
      ...more,
    });
    row.dispatchEvent(event);
    expect(event.defaultPrevented).toBe(false);
  }
  expect(document.activeElement).toBe(row);
  panel.press(row, " ");
  expect([panel.model.get("layer"), panel.model.get("view")]).toEqual(["conv1", "channels"]);
});

test("what the kernel refuses is a sentence, and can be tried again", async () => {
  const answer = panel.model.onSend;
  panel.model.onSend = (content) => {
    const { rid } = content as { rid: number };
    panel.model.message({ k: "error", rid, code: "unavailable", message: "The model raised <b>x</b>." });
  };
  panel.unmount();
  panel = mountWidget(specimen, panel.model);
  await panel.settle();
  expect(panel.find("alert", "").textContent).toBe("The model raised <b>x</b>.");
  panel.model.onSend = answer;
  button("Try again").click();
  await panel.settle();
  expect(names()).toContain("conv1");
});

test("a step from node to node draws these two anew, and no other", async () => {
  item("conv1").focus();
  await panel.settle();
  const drawn: string[] = [];
  const diffed = options.diffed ?? (() => {});
  options.diffed = (vnode) => {
    if (vnode.type === GraphNode) drawn.push(String(vnode.key));
    diffed(vnode);
  };
  try {
    panel.press(item("conv1"), "ArrowDown");
    await panel.settle();
  } finally {
    options.diffed = diffed;
  }
  expect(document.activeElement).toBe(item("bn1"));
  expect(drawn).toHaveLength(2);
});
