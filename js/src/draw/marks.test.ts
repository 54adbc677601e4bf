import { expect, test } from "vitest";
import { marker } from "./marks";

/** What was drawn: the texts, and the rectangles filled. */
function paper() {
  const texts: string[] = [];
  const boxes: number[][] = [];
  let lines = 0;
  const context = {
    fillText: (text: string) => texts.push(text),
    strokeText: () => {},
    fillRect: (...box: number[]) => boxes.push(box),
    beginPath: () => {},
    moveTo: () => {},
    lineTo: () => {},
    stroke: () => {
      lines += 1;
    },
  };
  return { context: context as unknown as CanvasRenderingContext2D, texts, boxes, lines: () => lines };
}

const box = { x: 10, y: 20, width: 60, height: 50 };
const tag = (channel: number) =>
  channel === 1
    ? { text: "+4.1 %", length: 0.5, negative: false }
    : channel === 2
      ? null
      : { text: "0 %", length: 0, negative: false };

test("nothing to mark is no marker", () => {
  expect(marker(null, null)).toBeUndefined();
});

test("a number and a bar at the foot, as long as its part of the width", () => {
  const { context, texts, boxes } = paper();
  marker(tag, null)?.(context, 1, box, false);
  expect(texts).toEqual(["+4.1 %"]);
  expect(boxes.at(-1)).toEqual([10, 68, 30, 2]);
});

test("no bar for nothing, and nothing for what is not known", () => {
  const { context, texts, boxes } = paper();
  marker(tag, null)?.(context, 0, box, false);
  marker(tag, null)?.(context, 2, box, false);
  expect(texts).toEqual(["0 %"]);
  expect(boxes).toEqual([]);
});

test("what is silenced is veiled and struck, and nothing else is", () => {
  const { context, boxes, lines } = paper();
  const mark = marker(null, (channel) => channel === 3);
  mark?.(context, 2, box, true);
  expect(boxes).toEqual([]);
  mark?.(context, 3, box, true);
  expect(boxes).toEqual([[10, 20, 60, 50]]);
  expect(lines()).toBe(2);
});
