import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type Mounted, mountWidget, pretendLayout } from "../../demo/mounted";
import { madeUp } from "../../demo/specimen";

beforeAll(pretendLayout);

let panel: Mounted;
let field: HTMLInputElement;
beforeEach(async () => {
  panel = mountWidget(madeUp());
  await panel.settle();
  field = panel.find("combobox", "Layer") as HTMLInputElement;
});
afterEach(() => panel.unmount());

const options = () => panel.all("option").filter((option) => option.getAttribute("role") === "option");

test("a layer's whole name and Enter picks it", async () => {
  panel.type(field, "blocks.3.relu");
  await panel.settle();
  panel.press(field, "Enter");
  await panel.settle();
  expect(panel.model.get("layer")).toBe("blocks.3.relu");
  expect(field.value).toBe("blocks.3.relu");
  expect(field.getAttribute("aria-expanded")).toBe("false");
});

test("typing filters by name and kind", async () => {
  panel.type(field, "ReLU");
  await panel.settle();
  expect(options().map((option) => option.textContent)).toEqual(
    [16, 32, 144, 512, 2048].map((channels, i) =>
      expect.stringContaining(`blocks.${i}.reluReLU · ${channels}`),
    ),
  );
});

test("arrows move, and Enter picks what is highlighted", async () => {
  panel.type(field, "relu");
  await panel.settle();
  panel.press(field, "ArrowDown");
  await panel.settle();
  const active = field.getAttribute("aria-activedescendant");
  expect(document.getElementById(active ?? "")?.textContent).toContain("blocks.1.relu");
  panel.press(field, "Enter");
  expect(panel.model.get("layer")).toBe("blocks.1.relu");
});

test("Esc leaves everything as it was", async () => {
  panel.type(field, "relu");
  await panel.settle();
  panel.press(field, "Escape");
  await panel.settle();
  expect(field.value).toBe("blocks.0.conv2d");
  expect(panel.model.saves).toBe(0);
});

test("Enter where nothing fits picks nothing", async () => {
  panel.type(field, "zzz");
  await panel.settle();
  panel.press(field, "Enter");
  await panel.settle();
  expect(panel.model.saves).toBe(0);
});

test("a click on an option picks it", async () => {
  panel.type(field, "blocks.2");
  await panel.settle();
  options()[1]?.click();
  expect(panel.model.get("layer")).toBe("blocks.2.batchnorm2d");
});

test("the step buttons end where the network does", async () => {
  expect(panel.find("button", "Previous layer").hasAttribute("disabled")).toBe(true);
  panel.model.set("layer", "blocks.4.relu");
  await panel.settle();
  expect(panel.root.textContent).toContain("layer 1 of 15"); // the name comes with the pictures
  await new Promise((late) => setTimeout(late, 200)); // or without them, when they are late
  await panel.settle();
  expect(panel.find("button", "Next layer").hasAttribute("disabled")).toBe(true);
  expect(panel.root.textContent).toContain("layer 15 of 15");
});

test("keys that are handled stay here, others go on to the host", () => {
  const heard: string[] = [];
  document.body.addEventListener("keydown", (event) => heard.push(event.key));
  panel.press(field, "ArrowDown");
  panel.press(field, "Tab");
  panel.press(field, "x");
  expect(heard).toEqual(["Tab", "x"]);
});

test("a class by its name", async () => {
  const classes = panel.find("combobox", "Class");
  panel.type(classes, "tabby");
  await panel.settle();
  panel.press(classes, "Enter");
  expect(panel.model.get("target")).toBe(2);
});
