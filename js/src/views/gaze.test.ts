import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type Mounted, mountWidget, pretendLayout } from "../../demo/mounted";
import { madeUp } from "../../demo/specimen";
import type { Field } from "../compared";
import { Gaze, type Look } from "./gaze";

beforeAll(pretendLayout);

const rest = (milliseconds = 320) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const lookAt = (cell: number): Look => ({
  what: "field",
  epoch: 0,
  layer: "a",
  channels: [0],
  cell: [cell, cell],
});

/** Answers that come when they are told to. */
function slowly() {
  const asked: { cell: readonly number[]; signal: AbortSignal; answer: (field: Field) => void }[] = [];
  const answers = {
    kept: () => undefined,
    ask: ({ cell = [0, 0] }: Look, signal: AbortSignal) =>
      new Promise((answer) => asked.push({ cell, signal, answer })),
  };
  return { asked, answers: answers as never };
}

test("asks once the pointer rests, however many pictures show it, and calls off when it moves on", async () => {
  const { asked, answers } = slowly();
  const gaze = new Gaze(answers, () => false);
  const past = gaze.look(lookAt(1));
  past();
  const leave = [gaze.look(lookAt(2)), gaze.look(lookAt(2))];
  expect(asked).toHaveLength(0);
  await rest();
  expect(asked.map(({ cell }) => cell)).toEqual([[2, 2]]);
  leave[0]?.();
  expect(asked[0]?.signal.aborted).toBe(false);
  const next = gaze.look(lookAt(3));
  expect(asked[0]?.signal.aborted).toBe(true);
  leave[1]?.();
  asked[0]?.answer({ cell: [2, 2] } as never);
  await rest();
  expect(gaze.found.value).toBeNull();
  asked[1]?.answer({ cell: [3, 3] } as never);
  await rest(0);
  expect(gaze.found.value?.cell).toEqual([3, 3]);
  next();
  expect(gaze.found.value).toBeNull();
});

test("asks nothing while one paints", async () => {
  const { asked, answers } = slowly();
  const gaze = new Gaze(answers, () => true);
  gaze.look(lookAt(1));
  await rest();
  expect(asked).toHaveLength(0);
});

let panel: Mounted;
beforeEach(async () => {
  panel = mountWidget(madeUp());
  await panel.settle();
});
afterEach(() => panel.unmount());

const asked = () => panel.model.sent.filter((message) => (message as { what?: string }).what === "field");

test("a cell of the grid shows on the image where it looks from, until the pointer goes", async () => {
  const grid = panel.find("grid", "Channels");
  grid.dispatchEvent(new PointerEvent("pointermove", { clientX: 100, clientY: 30, bubbles: true }));
  await panel.settle();
  await rest();
  await panel.settle();
  expect(asked()).toHaveLength(1);
  expect(asked()[0]).toMatchObject({ layer: "blocks.0.conv2d", channels: [1] });
  const image = panel.root.querySelector(".nn-image");
  expect(image?.querySelector(".nn-glow")).toBeTruthy();
  expect(image?.querySelector(".nn-core-frame")).toBeTruthy();
  expect(image?.querySelector(".nn-field-frame")).toBeTruthy();
  expect(panel.root.querySelector(".nn-status")?.textContent).toMatch(
    /sees 11 × 11 px at most, 90 % of its gradient in \d+ × \d+/,
  );
  grid.dispatchEvent(new PointerEvent("pointerleave", { bubbles: true }));
  await panel.settle();
  expect(panel.root.querySelector(".nn-glow")).toBeNull();
  expect(panel.root.querySelector(".nn-status")?.textContent).not.toContain("sees");
});

test("in the enlarged view Shift and an arrow do the same, with one question for all pictures", async () => {
  panel.model.set("channel", 2);
  await panel.settle();
  panel.press(panel.find("dialog", "Channel 2"), "ArrowDown", { shiftKey: true });
  await panel.settle();
  await rest();
  await panel.settle();
  expect(asked()).toHaveLength(1);
  expect(panel.find("dialog").querySelectorAll(".nn-glow")).toHaveLength(2);
  expect(panel.find("dialog").textContent).toContain("90 % of its gradient in");
  expect(panel.root.querySelector(".nn-unseen")?.textContent).toMatch(/^cell row \d+.*; sees 11 × 11 px/);
});
