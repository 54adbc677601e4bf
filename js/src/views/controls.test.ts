import { h, render } from "preact";
import { expect, test } from "vitest";
import { Choice } from "./controls";

test("names with any letters are reached by arrows", () => {
  const place = document.createElement("div");
  document.body.append(place);
  const words = ["plain", 'a "quoted" \\ name'];
  const chosen: string[] = [];
  const onChange = (word: string) => chosen.push(word);
  render(h(Choice, { label: "Part", words, value: "plain", onChange }), place);
  const [first, second] = place.querySelectorAll("button");
  first?.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
  expect(chosen).toEqual([words[1]]);
  expect(document.activeElement).toBe(second);
  place.remove();
});
