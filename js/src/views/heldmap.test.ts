import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type Mounted, mountWidget, pretendLayout } from "../../demo/mounted";
import { madeUp } from "../../demo/specimen";

beforeAll(pretendLayout);

let panel: Mounted;
beforeEach(async () => {
  panel = mountWidget(madeUp());
  await panel.settle();
});
afterEach(() => panel.unmount());

const figure = () => panel.root.querySelector(".nn-heldmap");
const hold = () => panel.all("button").find((button) => button.textContent?.startsWith("Hold this map"));

async function set(traits: Record<string, unknown>): Promise<void> {
  for (const [trait, value] of Object.entries(traits)) panel.model.set(trait, value);
  panel.model.save_changes();
  await panel.settle();
}

test("there is nothing to hold without a map", () => {
  expect(hold()).toBeUndefined();
});

test("a map that is held keeps its sentence while others come, until it is let go", async () => {
  await set({ cam: true });
  const sentence = panel.root.querySelector(".nn-status-right")?.textContent ?? "";
  hold()?.click();
  await panel.settle();
  const kept = figure()?.querySelector("figcaption")?.textContent ?? "none";
  expect(sentence).toContain(kept);
  // It is the one that is shown: nothing else is there to hold.
  expect(hold()).toBeUndefined();
  await set({ target: 3 });
  expect(figure()?.querySelector("figcaption")?.textContent).toBe(kept);
  expect(panel.root.querySelector("[aria-label=Status]")?.textContent).not.toContain(kept);
  expect(hold()?.textContent).toBe("Hold this map instead");
  panel.find("button", "Let go of the map").click();
  await panel.settle();
  expect(figure()).toBeNull();
});

test("it stays while the map is switched off", async () => {
  await set({ cam: true });
  hold()?.click();
  await set({ cam: false });
  expect(figure()).not.toBeNull();
});
