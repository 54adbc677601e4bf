import { afterEach, beforeAll, expect, test } from "vitest";
import { comparedTraits, EDITED } from "../../demo/compared";
import { type Mounted, mountWidget, pretendLayout } from "../../demo/mounted";
import { madeUp } from "../../demo/specimen";

beforeAll(pretendLayout);

let panel: Mounted;
afterEach(() => panel.unmount());

async function mounted(traits: Record<string, unknown>): Promise<void> {
  const specimen = madeUp();
  panel = mountWidget({ ...specimen, traits: { ...specimen.traits, ...traits } });
  await panel.settle();
}

const words = () =>
  [...panel.find("radiogroup", "Side").querySelectorAll("button")].map((b) => b.textContent);
const side = (word: string) =>
  [...panel.find("radiogroup", "Side").querySelectorAll("button")].find((b) => b.textContent === word);
const status = () => panel.find("group", "Status").textContent ?? "";
const bar = () => panel.find("img", "Colours").getAttribute("aria-label") ?? "";

test("with nothing to compare there is no choice, and the key does nothing", async () => {
  await mounted({});
  expect(() => panel.find("radiogroup", "Side")).toThrow();
  panel.press(panel.find("grid"), "b");
  expect(panel.model.get("side")).toBeUndefined();
});

test("what was edited has an after, a before and a difference", async () => {
  await mounted(EDITED);
  expect(words()).toEqual(["after", "before", "difference"]);
  side("before")?.click();
  expect(panel.root.getAttribute("aria-busy")).toBe("false");
  await panel.settle();
  expect(panel.model.get("side")).toBe("other");
  expect(status()).toContain("before · 16 channels");
});

test("the key b changes between the two, but not where one types", async () => {
  await mounted(comparedTraits());
  expect(words()).toEqual(["chelsea", "astronaut", "difference"]);
  const seen = () => panel.model.get("side");
  panel.press(panel.find("grid"), "b");
  expect(seen()).toBe("other");
  panel.press(panel.find("combobox", "Layer"), "b");
  panel.press(panel.find("grid"), "b", { ctrlKey: true });
  expect(seen()).toBe("other");
  await panel.settle();
  panel.press(panel.find("slider", "Network rail"), "b");
  expect(seen()).toBe("this");
});

test("a difference has zero in the middle of its colours, whatever they are, and says what it is", async () => {
  await mounted({ ...comparedTraits(), colormap: "viridis" });
  const strip = () => panel.root.querySelector<HTMLElement>(".nn-colourbar .nn-strip")?.title;
  expect([strip(), bar()]).toEqual(["viridis", expect.stringMatching(/^Colours from/)]);
  side("difference")?.click();
  await panel.settle();
  expect([strip(), bar()]).toEqual(["blue-red", expect.stringMatching(/^Colours of the difference from/)]);
  expect(bar()).toContain("zero marked");
  expect(status()).toContain("chelsea − astronaut · ");
  panel.model.set("channel", 2);
  panel.model.receive({});
  await panel.settle();
  expect(panel.find("dialog").querySelector(".nn-side")?.textContent).toBe("chelsea − astronaut");
  expect(panel.find("dialog").querySelector<HTMLElement>(".nn-tallbar .nn-strip")?.title).toBe("blue-red");
});

test("a layer that was fetched ahead is a difference too", async () => {
  await mounted(comparedTraits());
  side("difference")?.click();
  await panel.settle();
  const ahead = () => panel.model.sent.filter((ask) => (ask as { what?: string }).what === "coarse").length;
  while (ahead() < 3) await panel.settle();
  panel.model.onSave = () => {};
  panel.find("button", "Next layer").click();
  await panel.settle();
  expect(panel.root.dataset.layer).toBe("blocks.0.batchnorm2d");
  expect(bar()).toContain("of the difference");
});

test("until the other's pictures have come, the panel is busy", async () => {
  await mounted(EDITED);
  panel.model.onSave = () => {};
  side("before")?.click();
  await panel.settle();
  expect(panel.root.getAttribute("aria-busy")).toBe("true");
  expect(status()).not.toContain("before ·");
});

test("a scale that is held stays when another layer comes, and lets go again", async () => {
  await mounted({ normalize: "layer" });
  const [, from = ""] = /from (\S+)/.exec(bar()) ?? [];
  panel.find("button", "Hold this scale").click();
  const held = panel.model.get("scale") as number[];
  expect(held[0]).toBeCloseTo(Number(from.replace("−", "-")), 1);
  panel.press(panel.find("slider", "Network rail"), "End");
  await panel.settle();
  expect(bar()).toContain(`Colours held from ${from} to`);
  panel.find("button", "Let go of this scale").click();
  await panel.settle();
  expect(panel.model.get("scale")).toEqual([]);
  expect(bar()).not.toContain(` ${from} `);
});

test("a scale that is none is not held; another way to scale lets go", async () => {
  await mounted({ scale: [3, 1] });
  expect(bar()).not.toContain("held");
  panel.model.receive({ scale: [-1, 4], normalize: "channel" });
  await panel.settle();
  expect(bar()).toBe("Colours held from −1 to 4, zero marked");
  const select = panel.find("combobox", "Scale") as HTMLSelectElement;
  select.value = "symmetric";
  select.dispatchEvent(new Event("change", { bubbles: true }));
  expect(panel.model.get("scale")).toEqual([]);
});
