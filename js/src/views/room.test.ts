import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { EDITED } from "../../demo/compared";
import { type Mounted, mountWidget, pretendLayout } from "../../demo/mounted";
import { madeUp } from "../../demo/specimen";
import { provide } from "../load";
import * as rooms from "../rooms";
import * as tools from "../tools";

beforeAll(pretendLayout);

const specimen = madeUp();
let panel: Mounted;
beforeEach(async () => {
  panel = mountWidget(specimen);
  await panel.settle();
});
afterEach(() => {
  panel.unmount();
  provide({ rooms, tools });
});

const tab = (word: string) => panel.all("tab").find(({ textContent }) => textContent === word) as HTMLElement;
const shown = () => panel.find("tabpanel").getAttribute("aria-label");
const asked = () => panel.model.sent.filter((message) => (message as { what?: string }).what === "rooms");

test("the channels come first, and ask for no room", () => {
  expect(tab("Channels").getAttribute("aria-selected")).toBe("true");
  expect(shown()).toBe("Channels of the layer");
  expect(panel.find("grid", "Channels").closest("[role=tabpanel]")).not.toBeNull();
  expect(asked()).toHaveLength(0);
});

test("a tab is a trait; arrows lead from one to the next, and round", async () => {
  panel.press(tab("Channels"), "ArrowLeft");
  await panel.settle();
  expect(panel.model.get("view")).toBe("network");
  expect(document.activeElement).toBe(tab("Network"));
  expect([tab("Channels").tabIndex, tab("Network").tabIndex]).toEqual([-1, 0]);
  expect(shown()).toBe("The whole network");
  panel.model.receive({ view: "channels" });
  await panel.settle();
  expect(shown()).toBe("Channels of the layer");
});

test("a view that does not exist shows the channels", async () => {
  panel.model.receive({ view: "telescope" });
  await panel.settle();
  expect(shown()).toBe("Channels of the layer");
});

test("a view of the tools that cannot be fetched is a sentence, and the channels work without them", async () => {
  panel.unmount();
  provide(null);
  provide({ rooms });
  panel = mountWidget({ ...specimen, traits: { ...specimen.traits, ...EDITED, view: "differences" } });
  await panel.settle();
  expect(panel.find("tabpanel").textContent).toContain("This kernel knows no tools.");
  expect(panel.root.querySelector(".nn-map-row")?.textContent).toBe("Grad-CAM");
  tab("Channels").click();
  await panel.settle();
  expect(panel.all("gridcell").length).toBeGreaterThan(0);
  expect(panel.root.getAttribute("aria-busy")).toBe("false");
});

test("rooms that cannot be fetched are a sentence, and can be tried again", async () => {
  provide(null);
  tab("Network").click();
  await panel.settle();
  expect(panel.find("tabpanel").textContent).toContain("This kernel knows no rooms.");
  expect(tab("Channels").tabIndex).toBe(-1);
  provide({ rooms, tools });
  const again = [...panel.find("tabpanel").querySelectorAll("button")].find(
    ({ textContent }) => textContent === "Try again",
  );
  again?.click();
  await panel.settle();
  expect(panel.find("tabpanel").textContent).not.toContain("This kernel knows no rooms.");
  expect(asked()).toHaveLength(1);
});

test("while they are fetched, that is said where they will stand", async () => {
  provide(null);
  panel.model.onSend = () => {};
  tab("Network").click();
  await panel.settle();
  expect(panel.find("tabpanel").querySelector("[aria-busy=true]")?.textContent).toContain("Fetching");
  expect(panel.find("progressbar", "Waiting for the kernel")).toBeTruthy();
});

test("without a kernel, the part is said to need one", async () => {
  provide(null);
  panel.model.onSend = () => {
    throw new Error("Cannot send");
  };
  tab("Network").click();
  await panel.settle();
  expect(panel.find("tabpanel").textContent).toContain("This part needs a running kernel.");
  panel.find("button", "Help").click();
  await panel.settle();
  expect(panel.find("group", "Status").textContent).toContain("This part needs a running kernel.");
});

test("a kernel that is back is asked again for the part, and for what the part shows", async () => {
  provide(null);
  const { model } = panel;
  const usual = model.onSend;
  model.onSend = () => {
    throw new Error("Cannot send");
  };
  tab("Network").click();
  await panel.settle();
  provide({ rooms, tools });
  model.message({ k: "pong", rid: 1 });
  await panel.settle();
  // The part is there, and found the kernel gone once more.
  expect(panel.find("alert").textContent).toBe(
    "There is no kernel to answer: run the cell again in a notebook.",
  );
  model.onSend = usual;
  model.message({ k: "pong", rid: 2 });
  await panel.settle();
  expect(panel.find("tabpanel").textContent).not.toContain(
    "There is no kernel to answer: run the cell again in a notebook.",
  );
  expect(panel.find("tabpanel").textContent).toContain("conv1");
});
