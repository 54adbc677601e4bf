import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { comparedTraits, EDITED } from "../../demo/compared";
import { type Mounted, mountWidget, pretendLayout } from "../../demo/mounted";
import { madeUp } from "../../demo/specimen";

beforeAll(pretendLayout);

let panel: Mounted;
afterEach(() => {
  panel.unmount();
  vi.unstubAllGlobals();
});

async function mounted(traits: Record<string, unknown>): Promise<void> {
  const specimen = madeUp();
  panel = mountWidget({ ...specimen, traits: { ...specimen.traits, ...traits } });
  await panel.settle();
}

const chosen = () => [panel.model.get("specimen"), panel.model.get("against")];
const companion = () => panel.root.querySelector<HTMLElement>(".nn-companion button");
const film = () => [...panel.find("radiogroup", "Specimens").querySelectorAll("button")];
const heading = () => panel.root.querySelector(".nn-about")?.textContent ?? "";

test("one image that was edited stands alone, under its own name", async () => {
  await mounted(EDITED);
  expect(companion()).toBeNull();
  expect(() => panel.find("radiogroup", "Specimens")).toThrow();
  expect(heading()).toBe("Ripplesmade up · 224 × 224, as it is ");
});

test("of two, the other stands beside this one, and changes places with it at a click", async () => {
  await mounted({ ...comparedTraits(), _about: { ...(madeUp().traits._about as object), image: "chelsea" } });
  expect(heading()).toContain("chelsea against astronaut · 224 × 224");
  expect(companion()?.title).toBe("Look at astronaut, against chelsea");
  expect(() => panel.find("radiogroup", "Specimens")).toThrow();
  companion()?.click();
  expect(chosen()).toEqual([1, 0]);
  await panel.settle();
  expect(companion()?.title).toBe("Look at chelsea, against astronaut");
  expect(heading()).toContain("astronaut against chelsea · 224 × 224");
});

test("while the other is drawn large, this one stands beside it; after a change of places the other", async () => {
  const decoded: string[] = [];
  vi.stubGlobal("createImageBitmap", async (blob: Blob) => {
    decoded.push(await blob.text());
    return { width: 2, height: 1 };
  });
  const compared = comparedTraits();
  const specimens = (compared._specimens as { name: string }[]).map((specimen) => ({
    ...specimen,
    picture: new TextEncoder().encode(specimen.name).buffer,
  }));
  await mounted({ ...compared, _specimens: specimens, _other: { ...specimens[1], kind: "specimen" } });
  expect(decoded).toEqual(["astronaut"]);
  panel.press(panel.find("grid"), "b");
  await panel.settle();
  expect(decoded.slice(1).sort()).toEqual(["astronaut", "chelsea"]);
  expect(panel.root.querySelector(".nn-companion-name")?.textContent).toContain("chelsea");
  expect(panel.root.querySelector<HTMLElement>(".nn-companion .nn-picture")?.style.aspectRatio).toMatch(/^2/);
});

test("two models on one image are told apart by their names, two alike by letters", async () => {
  const compared = comparedTraits();
  const named = (models: string[]) => {
    const specimens = models.map((model) => ({ name: "chelsea", model, picture: new ArrayBuffer(0) }));
    return { ...compared, _specimens: specimens, _other: { ...specimens[1], kind: "specimen" } };
  };
  await mounted(named(["Ripples", "Waves"]));
  expect(heading()).toMatch(/^Ripples against Waves/);
  panel.model.receive(named(["Ripples", "Ripples"]));
  await panel.settle();
  expect(heading()).toMatch(/^Ripples A against B/);
});

test("the cell under the pointer is framed on both images", async () => {
  await mounted(comparedTraits());
  const grid = panel.find("grid", "Channels");
  grid.dispatchEvent(new PointerEvent("pointermove", { clientX: 33, clientY: 21, bubbles: true }));
  await panel.settle();
  const frames = [...panel.root.querySelectorAll<HTMLElement>(".nn-cell-frame")];
  expect(frames).toHaveLength(2);
  expect(frames[0]?.style.cssText).toBe(frames[1]?.style.cssText);
  expect(companion()?.querySelector(".nn-cell-frame")).not.toBeNull();
});

test("of more, a click looks at one and Shift-click compares with one", async () => {
  await mounted(comparedTraits(4));
  const [, astronaut, coffee, rocket] = film();
  coffee?.click();
  expect(chosen()).toEqual([2, 1]);
  rocket?.dispatchEvent(new MouseEvent("click", { shiftKey: true, bubbles: true }));
  expect(chosen()).toEqual([2, 3]);
  await panel.settle();
  rocket?.click();
  expect(chosen()).toEqual([3, 2]);
  await panel.settle();
  rocket?.dispatchEvent(new MouseEvent("click", { shiftKey: true, bubbles: true }));
  expect(chosen()).toEqual([3, null]);
  await panel.settle();
  expect(companion()).toBeNull();
  expect(astronaut?.getAttribute("aria-checked")).toBe("false");
});

test("the keyboard does the same, and a menu names what this is compared with", async () => {
  await mounted(comparedTraits(3));
  const [chelsea] = film();
  panel.press(chelsea as HTMLElement, "ArrowLeft");
  expect(chosen()).toEqual([2, 1]);
  await panel.settle();
  expect(document.activeElement).toBe(film()[2]);
  panel.press(film()[2] as HTMLElement, "ArrowRight", { shiftKey: true });
  panel.press(document.activeElement as Element, "Enter", { shiftKey: true });
  expect(chosen()).toEqual([2, 0]);
  await panel.settle();
  const menu = panel.find("combobox", "Against") as HTMLSelectElement;
  expect([...menu.options].map(({ text }) => text)).toEqual([
    "chelsea",
    "astronaut",
    "itself, before changes",
  ]);
  menu.value = "";
  menu.dispatchEvent(new Event("change", { bubbles: true }));
  expect(chosen()).toEqual([2, null]);
});

const predictions = (before: object | null) =>
  (madeUp().traits.predictions as object[]).map((row) => ({ ...row, before }));
const bar = () => panel.root.querySelector<HTMLElement>(".nn-class");

test("a class shows where it stood with the other", async () => {
  await mounted({ ...EDITED, predictions: predictions({ logit: 8.5, probability: 0.621 }) });
  expect(bar()?.querySelector(".nn-class-share")?.textContent).toBe("62.1 → 39.3 %");
  expect(bar()?.querySelector<HTMLElement>(".nn-class-before")?.style.width).toBe("62.1%");
  expect(bar()?.title).toContain("before 62.1 %, logit 8.50");
  expect(bar()?.title).toContain("after 39.3 %, logit 8.07");
  expect(bar()?.title).toContain("logit −0.43");
});

test("beside another image the numbers stand in the order of the two, and no arrow leads from one to the other", async () => {
  await mounted({ ...comparedTraits(2), predictions: predictions({ logit: 8.5, probability: 0.621 }) });
  expect(bar()?.querySelector(".nn-class-share")?.textContent).toBe("39.3 · 62.1 %");
  expect(bar()?.title).toContain("chelsea 39.3 %, logit 8.07\nastronaut 62.1 %, logit 8.50");
});

test("with no other, a class has its own number only", async () => {
  await mounted({ predictions: predictions(null) });
  expect(bar()?.querySelector(".nn-class-share")?.textContent).toBe("39.3 %");
  expect(bar()?.querySelector(".nn-class-before")).toBeNull();
});
