import { expect, test } from "vitest";
import { countOf, has, only, silenceOf, silenceText, toggle } from "./silence";

const HOSTILE = [
  "features[0]",
  "a[~1,2]",
  "x[3][~4]",
  "[",
  "]",
  "~",
  "of\nlines[1]",
  "blocks.0[",
  "ü [1, 2]",
  "a,b~",
];

/** Numbers that look random and are the same in every run. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

test("what is written is read again, whatever the layer is called", () => {
  const roll = dice(1);
  for (let i = 0; i < 300; i++) {
    const layer = HOSTILE[roll(HOSTILE.length)] ?? "";
    const channels = [...new Set(Array.from({ length: 1 + roll(6) }, () => roll(3000)))].sort(
      (a, b) => a - b,
    );
    const silence = { layer, channels, except: roll(2) === 1 };
    expect(silenceOf(silenceText(silence))).toEqual(silence);
  }
});

test.each([
  "",
  "layer4.1",
  "layer4.1[]",
  "layer4.1[~]",
  "[1]",
  "a[1,]",
  "a[-1]",
  "a[1.5]",
  "a[1] ",
  "a[~1,~2]",
  "a[ 1]",
])("%j silences nothing", (text) => {
  expect(silenceOf(text)).toBeNull();
});

test("channels are read in order, each once", () => {
  expect(silenceOf("a[5,1,5,3]")?.channels).toEqual([1, 3, 5]);
});

test("any row of toggles leaves silenced what was toggled oddly often", () => {
  const roll = dice(7);
  for (const count of [1, 2, 5, 17]) {
    for (const layer of HOSTILE) {
      let text = roll(2) ? only("", layer, roll(count), count) : "";
      const wanted = Array.from({ length: count }, (_, channel) => has(silenceOf(text), layer, channel));
      for (let i = 0; i < 40; i++) {
        const channel = roll(count);
        text = toggle(text, layer, channel, count);
        wanted[channel] = !wanted[channel];
        const silence = silenceOf(text);
        expect(wanted.map((_, each) => has(silence, layer, each))).toEqual(wanted);
        expect(silence ? countOf(silence, count) : 0).toBe(wanted.filter(Boolean).length);
        // Nothing silenced is written as nothing.
        expect(text === "").toBe(!wanted.includes(true));
      }
    }
  }
});

test("one layer at a time is silenced: another takes its place", () => {
  expect(toggle("a[1,2]", "b", 1, 4)).toBe("b[1]");
  expect(has(silenceOf("a[1]"), "b", 1)).toBe(false);
});

test("all but one, and back", () => {
  expect(only("a[3]", "a", 1, 4)).toBe("a[~1]");
  expect(only("a[~1]", "a", 1, 4)).toBe("");
  expect(only("a[~1]", "a", 2, 4)).toBe("a[~2]");
  expect(only("", "a", 0, 1)).toBe("");
});

test("channels that the layer does not have are not counted", () => {
  expect(countOf({ layer: "a", channels: [1, 9], except: false }, 4)).toBe(1);
  expect(countOf({ layer: "a", channels: [1, 9], except: true }, 4)).toBe(3);
});
