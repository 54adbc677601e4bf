import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type Mounted, mountWidget, pretendLayout } from "../../demo/mounted";
import { madeUp, makeLayer } from "../../demo/specimen";

beforeAll(pretendLayout);

const name = "blocks.3.attn.softmax";
const plain = makeLayer("blocks.3", "Block", "other", 8, 14);
const made = makeLayer(name, "softmax", "attention", 8, 14);
const attention = { ...made, info: { ...made.info, asked: "class token" } };

let panel: Mounted;
beforeEach(async () => {
  panel = mountWidget({
    layers: [attention, plain],
    traits: { ...madeUp().traits, layers: [attention.info, plain.info], layer: name },
  });
  await panel.settle();
});
afterEach(() => panel.unmount());

const image = () => panel.root.querySelector(".nn-image") as HTMLElement;
const line = () => panel.root.querySelector(".nn-asker");

function click(x: number, y: number) {
  const area = { left: 10, top: 20, width: 140, height: 140, right: 150, bottom: 160, x: 10, y: 20 };
  image().getBoundingClientRect = () => area as DOMRect;
  image().dispatchEvent(new MouseEvent("click", { clientX: 10 + x, clientY: 20 + y, bubbles: true }));
}

test("a click on the image asks with the patch under it, the same again lets the class token ask", async () => {
  expect(line()?.textContent).toContain("class token");
  click(57, 31);
  expect(panel.model.get("layer")).toBe(`${name}@3,5`);
  await panel.settle();
  expect(line()?.textContent).toContain("patch (3, 5)");
  expect(panel.root.querySelector<HTMLElement>(".nn-asker-frame")?.style.top).toBe("25%");
  click(57, 31);
  expect(panel.model.get("layer")).toBe(name);
});

test("arrow keys choose a patch from the middle, Escape goes back", async () => {
  panel.press(image(), "ArrowUp");
  expect(panel.model.get("layer")).toBe(`${name}@7,7`);
  await panel.settle();
  panel.press(image(), "ArrowLeft");
  expect(panel.model.get("layer")).toBe(`${name}@7,6`);
  await panel.settle();
  panel.press(image(), "Escape");
  expect(panel.model.get("layer")).toBe(name);
});

test("the button beside the patch lets the class token ask again", async () => {
  panel.model.receive({ layer: `${name}@0,0` });
  await panel.settle();
  line()?.querySelector("button")?.click();
  expect(panel.model.get("layer")).toBe(name);
});

test("the picker keeps showing the layer, whoever asks it", async () => {
  panel.model.receive({ layer: `${name}@0,0` });
  await panel.settle();
  expect(panel.root.querySelector(".nn-count")?.textContent).toBe("layer 1 of 2");
});

test("on any other layer the image is only an image", async () => {
  panel.model.set("layer", plain.info.name);
  panel.model.save_changes();
  await panel.settle();
  expect(line()).toBeNull();
  expect(image().hasAttribute("tabindex")).toBe(false);
});
