/** The whole panel over a kernel that makes what channels want bit by bit. */

import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type Mounted, mountWidget, pretendLayout } from "../../demo/mounted";
import { madeUp } from "../../demo/specimen";
import { DEAD, growWanted, NOTE, OF, scoreOf } from "../../demo/wantedtiles";
import { format } from "../draw/number";
import { provide } from "../load";
import * as rooms from "../rooms";
import * as tools from "../tools";
import * as wanting from "../wanting";

beforeAll(pretendLayout);

/** 144 channels, 70 of which are in sight. */
const LAYER = "blocks.2.conv2d";
const COLUMNS = 10;

let panel: Mounted;
beforeEach(async () => {
  panel = mountWidget(madeUp());
  await pick(LAYER);
});
afterEach(() => panel.unmount());

async function pick(layer: string): Promise<void> {
  panel.model.set("layer", layer);
  panel.model.save_changes();
  await panel.settle();
}

interface Get {
  readonly k: string;
  readonly what: string;
  readonly rid: number;
  readonly epoch: number;
  readonly layer: string;
  readonly channels: readonly number[];
}

/** Every question about what channels want, oldest first. */
const asked = () => (panel.model.sent as Get[]).filter(({ k, what }) => k === "get" && what === "wants");
const toggle = () => panel.find("switch", "Wants") as HTMLButtonElement;
const line = () => panel.root.querySelector(".nn-line")?.textContent ?? "";
const cell = (channel: number) => panel.find("gridcell", `channel ${channel} of`);
const name = (channel: number) => cell(channel).getAttribute("aria-label") ?? "";
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** Wait until nothing more is asked. */
async function rest(): Promise<void> {
  let before = -1;
  while (before !== asked().length) {
    before = asked().length;
    await panel.settle();
    await panel.settle();
  }
}

async function turnOn(): Promise<void> {
  toggle().click();
  await rest();
}

/** Let the kernel make turns, and wait until they have been heard of. */
async function grow(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) {
    growWanted(panel.model);
    await panel.settle();
  }
}

/** Hold back the answers to what is asked from now on; returns how to let the oldest through. */
function hold(): () => void {
  const through = panel.model.onSend;
  const held: (() => void)[] = [];
  panel.model.onSend = (content, buffers) => {
    if ((content as Get).what === "wants") held.push(() => through(content, buffers));
    else through(content, buffers);
  };
  return () => held.shift()?.();
}

test("off, nothing is asked, and nothing is said of it", async () => {
  await rest();
  expect(toggle().getAttribute("aria-checked")).toBe("false");
  expect(toggle().title).toMatch(/^Show the image that each channel wants, made by gradient ascent/);
  expect(asked()).toEqual([]);
  expect(name(0)).not.toContain("wanted");
});

test("the switch asks for the rows in sight, for one screen ahead, and for the first again, to be made first", async () => {
  await turnOn();
  expect(panel.model.get("wants")).toBe(true);
  expect(toggle().getAttribute("aria-checked")).toBe("true");
  expect(asked().every(({ layer, channels }) => layer === LAYER && channels.length <= 64)).toBe(true);
  const channels = asked().flatMap((ask) => ask.channels);
  // Seven rows of 63.4 px and their gaps are in sight, and as many again.
  const first = range(0, 17).filter((channel) => channel !== DEAD);
  expect(channels).toEqual([...range(0, 14 * COLUMNS), ...first]);
});

test("in the order of the tiles", async () => {
  panel.model.set("sort", "max");
  await panel.settle();
  await turnOn();
  const shown = panel.all("gridcell").map((tile) => Number(tile.dataset.channel));
  expect(asked()[0]?.channels).toEqual(shown.slice(0, 64));
});

test("one question at a time", async () => {
  const release = hold();
  await turnOn();
  expect(asked()).toHaveLength(1);
  growWanted(panel.model);
  await panel.settle();
  expect(asked()).toHaveLength(1);
  release();
  await rest();
  expect(asked()).toHaveLength(2);
});

test("what grows is told in the names, step by step, and asked for until it is whole", async () => {
  await turnOn();
  expect(name(0)).toMatch(/, wanted picture, not made yet$/);
  const before = asked().length;
  await grow(1);
  expect(asked().length).toBe(before + 1);
  // As many as the next in sight, and no more: the kernel tells which of them grow.
  expect(asked().at(-1)?.channels).toEqual(range(0, 17).filter((channel) => channel !== DEAD));
  expect([0, 1, 2, 4].map(name)).toEqual(
    Array(4).fill(expect.stringMatching(/, wanted picture, 32 of 128 steps$/)),
  );
  await grow(4);
  expect(name(0)).toMatch(new RegExp(`, wanted picture, score ${format(scoreOf(0), 3)}$`));
  const later = asked().length;
  await grow(1);
  expect(
    asked()
      .slice(later)
      .flatMap(({ channels }) => channels),
  ).not.toContain(0);
  expect(line()).toMatch(/What channels want: [1-9]\d* of 144/);
});

test("the last word of the kernel is heard of every tile, also where some news were lost", async () => {
  await turnOn();
  const receive = panel.model.receive.bind(panel.model);
  panel.model.receive = () => {};
  for (let turn = 0; turn < 400; turn++) growWanted(panel.model);
  panel.model.receive = receive;
  growWanted(panel.model);
  await rest();
  for (const channel of [0, 40, 69]) expect(name(channel)).toContain("wanted picture, score");
});

test("one that nothing drives says so, and is not asked for again", async () => {
  await turnOn();
  expect(name(DEAD)).toContain(`, wanted picture, ${NOTE.slice(0, -1)}`);
  expect(cell(DEAD).title).toBe(NOTE);
  expect(cell(4).hasAttribute("title")).toBe(false);
  const before = asked().length;
  await grow(4);
  expect(
    asked()
      .slice(before)
      .flatMap(({ channels }) => channels),
  ).not.toContain(DEAD);
});

test("pictures have no scale: its controls rest, and words stand for the bar", async () => {
  const bar = () => panel.root.querySelector(".nn-colourbar")?.textContent;
  const scales = () =>
    ["Scale", "Colours"].map((label) => panel.find("combobox", label).matches(":disabled"));
  const values = bar();
  expect(scales()).toEqual([false, false]);
  await turnOn();
  expect(bar()).toBe("pictures, not values");
  expect(scales()).toEqual([true, true]);
  expect(panel.find("combobox", "Sort").matches(":disabled")).toBe(false);
  toggle().click();
  await panel.settle();
  expect(bar()).toBe(values);
  expect(scales()).toEqual([false, false]);
});

test("off, all is as before at once, and what grows is not asked for", async () => {
  const before = name(0);
  await turnOn();
  await grow(2);
  const count = asked().length;
  toggle().click();
  await panel.settle();
  expect(panel.model.get("wants")).toBe(false);
  expect(name(0)).toBe(before);
  expect(line()).not.toContain("What channels want");
  await grow(1);
  await rest();
  expect(asked().length).toBe(count);
});

test("off while the kernel owes an answer calls it off", async () => {
  hold();
  await turnOn();
  const [ask] = asked();
  toggle().click();
  await panel.settle();
  expect(panel.model.sent).toContainEqual({ k: "cancel", rid: ask?.rid });
});

test("on again, and back at the layer, what is kept is there at once", async () => {
  await turnOn();
  await grow(8);
  const whole = name(0);
  expect(whole).toContain("score");
  hold();
  toggle().click();
  await panel.settle();
  toggle().click();
  await panel.settle();
  expect(name(0)).toBe(whole);
  await pick("blocks.1.relu");
  expect(name(0)).toMatch(/not made yet$/);
  await pick(LAYER);
  expect(name(0)).toBe(whole);
});

test("an answer about the layer before is dropped", async () => {
  const release = hold();
  await turnOn();
  await pick("blocks.1.relu");
  release();
  await rest();
  expect(asked().map(({ layer }) => layer)).toEqual([LAYER, "blocks.1.relu"]);
  await pick(LAYER);
  await rest();
  expect(asked().at(-1)).toMatchObject({ layer: LAYER, channels: range(0, 64) });
});

test("scrolled, the rows that came into sight are asked for", async () => {
  await pick("blocks.4.conv2d");
  await turnOn();
  const count = asked().length;
  const grid = panel.find("grid", "Channels");
  grid.scrollTop = 4000;
  grid.dispatchEvent(new Event("scroll"));
  await rest();
  const first = Math.floor(4000 / (63 + 4)) * COLUMNS;
  expect(asked()[count]?.channels[0]).toBe(first);
  expect(
    asked()
      .slice(count)
      .flatMap(({ channels }) => channels).length,
  ).toBeLessThanOrEqual(16 * COLUMNS);
});

test("the tiles are enlarged, focused and silenced as ever", async () => {
  await turnOn();
  cell(0).focus();
  panel.press(cell(0), "ArrowRight");
  await panel.settle();
  panel.press(document.activeElement as Element, "x");
  await rest();
  expect(panel.model.get("silence")).toBe(`${LAYER}[1]`);
  expect(name(1)).toContain("silenced, wanted picture");
  // Another state of the network: what it wants is asked for anew.
  expect(asked().at(-1)?.epoch).not.toBe(asked()[0]?.epoch);
  cell(6).click();
  await panel.settle();
  expect(panel.find("dialog", "Channel 6")).toBeTruthy();
});

test("pictures or parts of the map, not both", async () => {
  panel.model.set("cam", true);
  panel.model.save_changes();
  await panel.settle();
  const words = () => panel.all("radiogroup").find((group) => group.getAttribute("aria-label") === "Tiles");
  const choose = (word: string) => words()?.querySelector<HTMLElement>(`[data-word="${word}"]`)?.click();
  choose("parts of the map");
  await panel.settle();
  expect(panel.model.get("shares")).toBe(true);
  await turnOn();
  expect(panel.model.get("shares")).toBe(false);
  expect(words()).toBeUndefined();
  toggle().click();
  await panel.settle();
  expect(words()?.querySelector("[aria-checked=true]")?.textContent).toBe("values");
});

test("a difference and an attention map want nothing, and the switch says why", async () => {
  await turnOn();
  panel.model.receive({
    _header: { ...(panel.model.get("_header") as object), epoch: 9, side: "difference" },
  });
  await panel.settle();
  expect(toggle().disabled).toBe(true);
  expect(toggle().getAttribute("aria-checked")).toBe("false");
  expect(toggle().title).toMatch(/^A difference is of two images/);
  expect(name(0)).not.toContain("wanted");
  const layers = panel.model.get("layers") as { name: string }[];
  panel.model.receive({
    _header: { ...(panel.model.get("_header") as object), epoch: 10, side: "this" },
    layers: layers.map((layer) => ({ ...layer, asked: layer.name === LAYER ? "class token" : "" })),
  });
  await panel.settle();
  expect(toggle().disabled).toBe(true);
  expect(toggle().title).toMatch(/^Attention maps/);
});

test("without a kernel what is kept stays, and words say that the rest needs one", async () => {
  await turnOn();
  await grow(8);
  const whole = name(0);
  panel.model.onSave = () => {
    throw new Error("The kernel is gone.");
  };
  for (let click = 0; click < 2; click++) {
    toggle().click();
    await panel.settle();
  }
  expect(line()).toContain("the rest needs a running kernel");
  expect(name(0)).toBe(whole);
});

test("a refusal is told, not repeated, and may be tried again", async () => {
  const through = panel.model.onSend;
  panel.model.onSend = (content, buffers) => {
    const { what, rid } = content as Get;
    if (what !== "wants") return through(content, buffers);
    panel.model.message({ k: "error", rid, code: "forward", message: "This layer has no gradient." });
  };
  await turnOn();
  // What was refused is not asked for again; the rest of what is in sight is.
  const count = asked().length;
  expect(new Set(asked().flatMap(({ channels }) => channels)).size).toBe(14 * COLUMNS);
  await rest();
  expect(asked()).toHaveLength(count);
  const [alert] = panel.all("alert");
  expect(alert?.textContent).toBe("This layer has no gradient.");
  panel.model.onSend = through;
  panel
    .all("button")
    .find((button) => button.textContent === "Try again")
    ?.click();
  await rest();
  expect(asked().length).toBeGreaterThan(count);
  expect(panel.all("alert")).toEqual([]);
});

test("where the code cannot be had, the tiles show values, and it can be tried again", async () => {
  panel.unmount();
  provide(null);
  provide({ rooms, tools });
  panel = mountWidget(madeUp());
  await pick(LAYER);
  toggle().click();
  await panel.settle();
  expect(panel.all("alert").map(({ textContent }) => textContent)).toEqual(["This kernel knows no wanting."]);
  expect(name(0)).not.toContain("wanted");
  expect(panel.find("combobox", "Scale").matches(":disabled")).toBe(false);
  provide({ wanting });
  panel
    .all("button")
    .find((button) => button.textContent === "Try again")
    ?.click();
  await rest();
  expect(name(0)).toMatch(/, wanted picture, not made yet$/);
});

test("a packet that cannot be read does no harm", async () => {
  const through = panel.model.onSend;
  panel.model.onSend = (content, buffers) => {
    const { what, rid, epoch, layer, channels } = content as Get;
    if (what !== "wants") return through(content, buffers);
    const facts = { epoch, layer, channels, size: [64, 64], of: OF, steps: channels, notes: [] };
    const header = { v: 1, kind: "wants_tiles", ...facts, arrays: [] };
    panel.model.message({ k: "data", rid, part: 0, parts: 1, header }, [new DataView(new ArrayBuffer(0))]);
  };
  await turnOn();
  expect(line()).toContain("no uint8 array tiles");
  expect(name(0)).toMatch(/not made yet$/);
  panel.model.onSend = through;
  panel.model.receive({ _wanted: { layer: LAYER, epoch: 0, serial: 1, done: 0, of: 144, growing: [] } });
  await vi.waitFor(() => expect(line()).not.toContain("no uint8"));
});
