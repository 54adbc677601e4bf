import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { comparedTraits, EDITED } from "../../demo/compared";
import { type Mounted, mountWidget, pretendLayout } from "../../demo/mounted";
import { madeUp } from "../../demo/specimen";

beforeAll(pretendLayout);

let panel: Mounted;
beforeEach(async () => {
  const specimen = madeUp();
  panel = mountWidget({
    ...specimen,
    traits: { ...specimen.traits, ...comparedTraits(3), layer: "blocks.2.relu", view: "differences" },
  });
  await panel.settle();
});
afterEach(() => panel.unmount());

const cards = () => panel.all("option").filter(({ dataset }) => dataset.index !== undefined);
const card = (place: number) => cards().find(({ dataset }) => dataset.index === String(place)) as HTMLElement;
const changeOf = (element: HTMLElement) =>
  Number(/change (\d+)/.exec(element.getAttribute("aria-label") ?? "")?.[1]);
const channelOf = (element: HTMLElement) =>
  Number(/channel (\d+)/.exec(element.getAttribute("aria-label") ?? "")?.[1]);
const bars = () => [...panel.find("listbox", "Layers by change").children] as HTMLElement[];
const status = () => panel.find("group", "Status").textContent ?? "";
const asked = () =>
  panel.model.sent.filter((message) => (message as { what?: string }).what === "pair") as {
    channels: number[];
  }[];

test("the channels stand by their change, those in sight alone are in the page and asked for", () => {
  const changes = [0, 1, 2, 3].map((place) => changeOf(card(place)));
  expect(changes).toEqual([...changes].sort((a, b) => b - a));
  expect(changes[0]).toBeGreaterThan(changes[3] as number);
  expect(cards().length).toBeLessThan(144);
  expect(asked().flatMap(({ channels }) => channels)).toContain(channelOf(card(0)));
  expect(asked().every(({ channels }) => channels.length <= 32)).toBe(true);
  expect(card(0).querySelectorAll("canvas")).toHaveLength(3);
  expect(card(0).textContent).toMatch(/r 0\.\d+mean \S+ · \S+$/);
});

test("before and after stand as they came about, two images as this and the other", async () => {
  const legend = () => panel.root.querySelector(".nn-pairlegend")?.textContent;
  expect(legend()).toMatch(/^each: chelsea · astronaut · difference/);
  expect(card(0).getAttribute("aria-label")).toMatch(/mean \S+ chelsea, \S+ astronaut$/);
  panel.model.receive({ ...EDITED, _specimens: [] });
  await panel.settle();
  expect(legend()).toMatch(/^each: before · after · difference/);
  expect(card(0).getAttribute("aria-label")).toMatch(/mean \S+ before, \S+ after$/);
  expect(card(0).textContent).toMatch(/mean \S+ → \S+$/);
  const tile = card(1).querySelector(".nn-pair-tile") as HTMLElement;
  tile.getBoundingClientRect = () => ({ left: 0, top: 0, width: 56, height: 56 }) as DOMRect;
  tile.dispatchEvent(new PointerEvent("pointermove", { clientX: 11, clientY: 23, bubbles: true }));
  await panel.settle();
  expect(status()).toMatch(/ · before ≈ \S+ · after ≈ /);
});

test("they can stand by number or by correlation, which is remembered while other views are open", async () => {
  const word = (text: string) =>
    [...panel.find("radiogroup", "Order").querySelectorAll("button")].find((b) => b.textContent === text);
  word("number")?.click();
  await panel.settle();
  expect([0, 1, 2].map((place) => channelOf(card(place)))).toEqual([0, 1, 2]);
  panel.model.receive({ view: "channels" });
  await panel.settle();
  panel.model.receive({ view: "differences" });
  await panel.settle();
  expect(word("number")?.getAttribute("aria-checked")).toBe("true");
});

test("a cell is framed in all three and on both images, and its values are read", async () => {
  const tile = card(1).querySelector(".nn-pair-tile") as HTMLElement;
  tile.getBoundingClientRect = () => ({ left: 0, top: 0, width: 56, height: 56 }) as DOMRect;
  tile.dispatchEvent(new PointerEvent("pointermove", { clientX: 11, clientY: 23, bubbles: true }));
  await panel.settle();
  expect(card(1).querySelectorAll(".nn-cell-frame")).toHaveLength(3);
  expect(card(0).querySelectorAll(".nn-cell-frame")).toHaveLength(0);
  expect(panel.root.querySelectorAll(".nn-both .nn-cell-frame")).toHaveLength(2);
  const [, one = "", another = "", difference = ""] =
    /cell \(11, 5\) · chelsea ≈ (\S+) · astronaut ≈ (\S+) · difference ≈ ([−\d.]+)/.exec(status()) ?? [];
  const number = (text: string) => Number(text.replace("−", "-"));
  expect(number(difference)).toBeCloseTo(number(one) - number(another), 1);
  tile.dispatchEvent(new PointerEvent("pointerleave"));
  await panel.settle();
  expect(panel.root.querySelectorAll(".nn-cell-frame")).toHaveLength(0);
});

test("arrows move, Enter enlarges, and closing gives the focus back", async () => {
  card(0).focus();
  panel.press(card(0), "ArrowRight");
  await panel.settle();
  expect(document.activeElement).toBe(card(1));
  panel.press(card(1), "End", { ctrlKey: true });
  await panel.settle();
  expect((document.activeElement as HTMLElement).dataset.index).toBe("143");
  panel.press(document.activeElement as Element, "Enter");
  await panel.settle();
  expect(panel.model.get("channel")).toBe(channelOf(card(143)));
  panel.press(panel.find("dialog"), "Escape");
  await panel.settle();
  expect(document.activeElement).toBe(card(143));
});

test("layers are bars along the pass; a click or an arrow goes to one, and says why it cannot be compared", async () => {
  expect(bars()).toHaveLength(15);
  expect(bars()[8]?.getAttribute("aria-selected")).toBe("true");
  expect(bars()[8]?.title).toMatch(/change 58 %, correlation 0.58, CKA 0.67 over 3 images/);
  expect(bars()[1]?.title).toContain("The other network has no layer of this name.");
  bars()[1]?.dispatchEvent(new PointerEvent("pointerenter"));
  await panel.settle();
  expect(panel.root.querySelector(".nn-changes p")?.textContent).toContain("has no layer of this name");
  bars()[3]?.click();
  await panel.settle();
  expect(panel.model.get("layer")).toBe("blocks.1.conv2d");
  panel.press(bars()[3] as HTMLElement, "ArrowRight");
  await panel.settle();
  expect(panel.model.get("layer")).toBe("blocks.1.batchnorm2d");
  expect(document.activeElement).toBe(bars()[4]);
  const most = [...panel.root.querySelectorAll<HTMLElement>(".nn-changes .nn-small")];
  expect(most[0]?.textContent).toBe("blocks.4.relu 94 %");
  most[0]?.click();
  expect(panel.model.get("layer")).toBe("blocks.4.relu");
});

test("the enlarged view shows the other and the difference beside the channel, and reads both", async () => {
  panel.press(card(0), "Enter");
  await panel.settle();
  const labels = () =>
    [...panel.find("dialog").querySelectorAll("figure canvas[aria-label]")].map((canvas) =>
      canvas.getAttribute("aria-label"),
    );
  expect(labels()).toEqual([
    "image",
    "overlay",
    "activation",
    "activation of astronaut",
    "chelsea − astronaut",
  ]);
  const picture = panel.find("dialog").querySelector(".nn-picture") as HTMLElement;
  picture.getBoundingClientRect = () => ({ left: 0, top: 0, width: 56, height: 56 }) as DOMRect;
  picture.dispatchEvent(new PointerEvent("pointermove", { clientX: 30, clientY: 30, bubbles: true }));
  await panel.settle();
  expect(panel.find("dialog").querySelectorAll(".nn-cell-frame")).toHaveLength(5);
  const captions = [...panel.find("dialog").querySelectorAll("figcaption b")].map(
    ({ textContent }) => textContent,
  );
  expect(captions).toHaveLength(2);
  panel.press(panel.find("dialog"), "b");
  await panel.settle();
  expect(labels().slice(2)).toEqual(["activation", "activation of chelsea", "chelsea − astronaut"]);
  panel.model.set("side", "difference");
  panel.model.save_changes();
  await panel.settle();
  expect(labels().slice(2)).toEqual(["difference", "activation of chelsea", "activation of astronaut"]);
});

test("with nothing to compare any more, the channels are shown", async () => {
  panel.model.receive({ _other: {}, against: null });
  await panel.settle();
  expect(panel.find("tabpanel").getAttribute("aria-label")).toBe("Channels of the layer");
});
