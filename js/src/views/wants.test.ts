import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type Mounted, mountWidget, pretendLayout } from "../../demo/mounted";
import { madeUp } from "../../demo/specimen";
import { provide } from "../load";
import * as wanting from "../wanting";

beforeAll(pretendLayout);

const specimen = madeUp();
const LAYER = "blocks.1.conv2d";
let panel: Mounted;
beforeEach(async () => {
  const _edits = { undo: 0, redo: 0, words: "", able: true, why: "" };
  const settings = { growing: false, wants_steps: 128, wants_size: 0, wants_seed: 0, silence: "" };
  panel = mountWidget({
    ...specimen,
    traits: { ...specimen.traits, ...settings, _edits, layer: LAYER, channel: 9 },
  });
  await panel.settle();
});
afterEach(() => {
  panel.unmount();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const tab = (name: string) => panel.root.querySelector<HTMLElement>(`[role=tab][data-word=${name}]`);
const here = () => panel.find("tabpanel", "Wants");
const images = () => [...here().querySelectorAll("img")].map(({ alt }) => alt);
const button = (name: string) =>
  [...panel.find("dialog", "Channel").querySelectorAll("button")].find(
    (each) => (each.getAttribute("aria-label") ?? each.textContent) === name,
  );
const press = async (name: string) => {
  button(name)?.click();
  await panel.settle();
};
const field = (name: string) => panel.find("input", name) as HTMLInputElement;
const growing = () => panel.model.get("growing");
const told = () => {
  const sent = panel.model.sent as { k: string; op?: string }[];
  return sent.filter(({ k }) => k === "grow").map(({ op }) => op);
};

async function open(): Promise<void> {
  tab("Wants")?.click();
  await panel.settle();
}

/** Let the fake kernel make 8 steps of two pictures so many times. */
async function grow(times: number): Promise<void> {
  for (let i = 0; i < times; i++) panel.model.tick();
  await panel.settle();
}

/** Until all four are whole. */
const ALL = 32;

async function set(name: string, text: string): Promise<void> {
  panel.type(field(name), text);
  await panel.settle();
  field(name).dispatchEvent(new Event("change", { bubbles: true }));
  await panel.settle();
}

test("the tabs stand in order, and opening Wants lets the pictures grow", async () => {
  const tabs = panel.find("tablist", "Enlarged").querySelectorAll("[role=tab]");
  expect([...tabs].map((each) => each.textContent)).toEqual(["Map", "Pixels", "Wants", "Sum"]);
  expect(growing()).toBe(false);
  await open();
  expect(growing()).toBe(true);
  expect(panel.find("progressbar", "Gradient ascent").getAttribute("aria-valuetext")).toBe("beginning …");
  expect(here().querySelectorAll(".nn-want-coming")).toHaveLength(4);
  expect(images()).toEqual([]);
});

test("nothing grows, and no code is fetched, before the tab is opened", async () => {
  await panel.settle();
  expect(told()).toEqual([]);
  expect(panel.model.sent.filter((each) => (each as { what?: string }).what === "wanting")).toEqual([]);
});

test("the wants come first, with their scores, curves, and how far they are; then the dislikes", async () => {
  await open();
  await grow(5);
  const bar = panel.find("progressbar", "Gradient ascent");
  expect(bar.getAttribute("aria-valuetext")).toBe("step 40 of 128, Fourier and pixels");
  expect(Number(bar.getAttribute("aria-valuenow"))).toBeCloseTo(80 / 512);
  expect(images()).toEqual([
    expect.stringMatching(/^Wants, Fourier: 3(\.\d+)?$/),
    expect.stringMatching(/^Wants, pixels: 4\.\d+$/),
  ]);
  expect(here().querySelectorAll(".nn-want-coming")).toHaveLength(2);
  const curves = [...here().querySelectorAll(".nn-curve canvas")].map((each) =>
    each.getAttribute("aria-label"),
  );
  expect(curves[0]).toMatch(/^Objective from 0\.\d+ to 3(\.\d+)? in 40 steps$/);
  expect(here().textContent).toContain("so far; the best of the images seen so far, chelsea, has 0.83");
  await grow(12);
  expect(bar.getAttribute("aria-valuetext")).toBe("step 8 of 128, Fourier and pixels of what it dislikes");
  await grow(ALL);
  expect(images()).toHaveLength(4);
  expect(images()[2]).toMatch(/^Dislikes, Fourier: −2\.\d+$/);
  expect(growing()).toBe(false);
  expect(here().textContent).toMatch(
    /Mean activation 4\.\d+; the best .* the image under the microscope −0\.02\./,
  );
});

test("a picture is the file that was sent, at an address that is given back", async () => {
  const files: Blob[] = [];
  let made = 0;
  vi.spyOn(URL, "createObjectURL").mockImplementation((file) => {
    files.push(file as Blob);
    return `blob:${++made}`;
  });
  const revoked = vi.spyOn(URL, "revokeObjectURL");
  await open();
  await grow(1);
  const [image] = here().querySelectorAll("img");
  expect(image?.src).toMatch(/^blob:/);
  const bytes = new Uint8Array((await files[0]?.arrayBuffer()) as ArrayBuffer);
  expect([...bytes.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
  expect(files[0]?.type).toBe("image/png");
  await grow(1);
  expect(revoked).toHaveBeenCalledWith("blob:1");
  const before = made;
  panel.model.receive({ _wants_header: { ...(panel.model.get("_wants_header") as object) } });
  await panel.settle();
  expect(made).toBe(before); // the same bytes, the same address
  tab("Map")?.click();
  await panel.settle();
  expect(revoked).toHaveBeenCalledTimes(made);
});

test("Pause and Continue, also by Space; what was there stays", async () => {
  await open();
  await grow(3);
  await press("Pause");
  expect(growing()).toBe(false);
  await grow(3);
  expect(here().textContent).toContain("paused at step 24 of 128");
  expect(images()).toHaveLength(2);
  await press("Continue");
  expect(growing()).toBe(true);
  for (const expected of [false, true]) {
    panel.press(panel.find("dialog", "Channel 9"), " ");
    await panel.settle();
    expect(growing()).toBe(expected);
  }
  panel.press(field("Steps"), " ");
  panel.press(button("Pause") as Element, " ");
  expect(growing()).toBe(true);
  panel.press(tab("Wants") as Element, " ");
  expect(growing()).toBe(false);
});

test("Cancel throws away what has grown, and Start again begins", async () => {
  await open();
  await grow(3);
  await press("Cancel");
  expect(told()).toEqual(["cancel"]);
  expect(growing()).toBe(false);
  expect(images()).toEqual([]);
  expect(here().textContent).toContain("nothing has grown yet");
  expect(button("Cancel")).toBeUndefined();
  await press("Start again");
  expect(told()).toEqual(["cancel", "again"]);
  await grow(1);
  expect(images()).toHaveLength(2);
});

test("the focus stays among the buttons, whichever of them is gone", async () => {
  await open();
  await grow(ALL);
  const held = async (name: string) => {
    button(name)?.focus();
    await press(name);
    return document.activeElement?.textContent;
  };
  expect(await held("More steps")).toBe("Pause");
  expect(await held("Cancel")).toBe("More steps");
  await set("Seed", "7");
  expect(await held("Start again")).toBe("Start again");
  await grow(1);
  expect(document.activeElement?.textContent).toBe("Pause");
  await grow(ALL);
  expect(document.activeElement?.textContent).toBe("More steps");
  tab("Wants")?.focus();
  await press("More steps");
  expect(document.activeElement).toBe(tab("Wants"));
});

test("Cancel brings back the last whole pictures, and More steps goes on from them", async () => {
  await open();
  await grow(ALL);
  expect(button("Pause")).toBeUndefined();
  await press("More steps");
  expect(told()).toEqual(["more"]);
  expect(growing()).toBe(true);
  await grow(1);
  expect(here().textContent).toContain("step 136 of 256, Fourier and pixels");
  await press("Cancel");
  expect(here().textContent).toContain("128 steps each");
  expect(growing()).toBe(false);
  await press("More steps");
  await grow(ALL);
  expect(here().textContent).toContain("256 steps each");
  expect(button("Start again")).toBeUndefined(); // steps that were added are no other settings
});

test("other settings can be started with; what is no such number is told and left", async () => {
  await open();
  await grow(ALL);
  expect(button("Start again")).toBeUndefined();
  await set("Steps", "64.5");
  expect([field("Steps").value, panel.model.get("wants_steps")]).toEqual(["128", 128]);
  expect(panel.root.textContent).toContain("Steps: a whole number from 1 to 4096.");
  await set("Size", "8");
  expect([field("Size").value, panel.model.get("wants_size")]).toEqual(["", 0]);
  expect(panel.root.textContent).toContain("Size: a whole number from 16 to 1024, or auto.");
  await set("Size", "64");
  expect(panel.model.get("wants_size")).toBe(64);
  await press("Start again");
  await grow(1);
  expect((panel.model.get("_wants_header") as { size: number[] }).size).toEqual([64, 64]);
  expect(button("Start again")).toBeUndefined();
  await set("Size", "");
  expect(panel.model.get("wants_size")).toBe(0);
});

test("what grows rests where its settings change, and can grow on once they are as they were", async () => {
  await open();
  await grow(2);
  await set("Steps", "100");
  expect(growing()).toBe(false);
  expect([button("Continue"), button("Start again") !== undefined]).toEqual([undefined, true]);
  panel.press(panel.find("dialog", "Channel 9"), " ");
  expect(growing()).toBe(false);
  await set("Steps", "128");
  expect([button("Continue") !== undefined, button("Start again")]).toEqual([true, undefined]);
  await press("Continue");
  await grow(1);
  expect(here().textContent).toContain("step 24 of 128");
});

test("Enter takes a number, and no key that is typed in a field leaves the channel", async () => {
  await open();
  panel.type(field("Seed"), "7");
  panel.press(field("Seed"), "Enter");
  expect(panel.model.get("wants_seed")).toBe(7);
  for (const key of ["ArrowRight", "x", "p"]) panel.press(field("Seed"), key);
  expect([panel.model.get("channel"), panel.model.get("silence")]).toEqual([9, ""]);
  await press("Another seed");
  expect(panel.model.get("wants_seed")).not.toBe(7);
  expect(told()).toEqual(["again"]);
});

test("a step to the next channel begins that one, and one that is whole is shown at once", async () => {
  await open();
  await grow(ALL);
  panel.press(panel.find("dialog", "Channel 9"), "ArrowRight");
  await panel.settle();
  expect(panel.model.get("channel")).toBe(10);
  expect(growing()).toBe(true);
  expect(images()).toEqual([]);
  await grow(1);
  expect(images()).toHaveLength(2);
  panel.press(panel.find("dialog", "Channel 10"), "ArrowLeft");
  await panel.settle();
  expect(images()).toHaveLength(4);
  expect(growing()).toBe(false);
});

test.each(["Map", "Escape"])("they rest when nobody looks: %s", async (way) => {
  await open();
  await grow(1);
  if (way === "Map") tab("Map")?.click();
  else panel.press(panel.find("dialog", "Channel 9"), "Escape");
  // At once with the channel: of none can pictures grow.
  if (way === "Escape") expect([panel.model.get("channel"), growing()]).toEqual([null, false]);
  await panel.settle();
  expect(growing()).toBe(false);
});

test("what is whole does not begin anew when the tab is opened again", async () => {
  await open();
  await grow(ALL);
  tab("Map")?.click();
  await panel.settle();
  const { saves } = panel.model;
  await open();
  expect(images()).toHaveLength(4);
  expect([growing(), panel.model.saves]).toEqual([false, saves]);
});

test("a picture under the microscope: the edit is sent, the map is shown, and both are said", async () => {
  await open();
  await grow(20);
  const before = panel.model.get("_picture");
  const [, second] = [...here().querySelectorAll<HTMLElement>("[aria-label='Put under the microscope']")];
  second?.click();
  await vi.waitFor(() => panel.find("tabpanel", "Map"));
  await panel.settle();
  expect(panel.model.sent).toContainEqual(
    expect.objectContaining({ k: "edit", op: "wanted", method: "pixels", negative: false }),
  );
  expect(panel.model.get("_picture")).not.toBe(before);
  expect(panel.find("group", "Status").textContent).toContain(
    "Under the microscope: what a channel wants; Undo brings the image back.",
  );
  expect(panel.find("status").textContent).toContain("Undo brings the image back");
  expect(panel.model.get("channel")).toBe(9);
});

test("where the image cannot be edited, the button says why; a refusal is told, and the tab stays", async () => {
  await open();
  await grow(1);
  const usual = panel.model.onSend;
  panel.model.onSend = (content) => {
    const { k, rid } = content as { k: string; rid: number };
    if (k === "edit") panel.model.message({ k: "error", rid, code: "value", message: "It is too small." });
    else usual(content);
  };
  await press("Put under the microscope");
  expect(panel.root.textContent).toContain("It is too small.");
  expect(here()).toBeTruthy();
  panel.model.receive({ _edits: { able: false, why: "It is a batch." } });
  await panel.settle();
  const put = button("Put under the microscope");
  expect([put?.getAttribute("aria-disabled"), put?.title]).toEqual(["true", "It is a batch."]);
  const { length } = panel.model.sent;
  await press("Put under the microscope");
  expect(panel.model.sent).toHaveLength(length);
});

test("a picture is saved as PNG, at its own size, under a name that says what it is", async () => {
  await open();
  await grow(1);
  const decoded = vi.fn(async (_: Blob) => ({ width: 128, height: 96 }));
  vi.stubGlobal("createImageBitmap", decoded);
  const sizes: number[][] = [];
  vi.spyOn(HTMLCanvasElement.prototype, "toBlob").mockImplementation(function (
    this: HTMLCanvasElement,
    done,
  ) {
    sizes.push([this.width, this.height]);
    done(new Blob(["png"]));
  });
  await press("Save as PNG");
  await vi.waitFor(() =>
    expect(panel.root.textContent).toContain("Saved blocks.1.conv2d-channel-9-wants-fourier.png."),
  );
  expect(sizes).toEqual([[128, 96]]);
  const head = new Uint8Array((await decoded.mock.calls[0]?.[0]?.arrayBuffer()) as ArrayBuffer);
  expect(new TextDecoder().decode(head.subarray(1, 4))).toBe("PNG");
});

test("what is wrong with a picture stands beside it, and how one was made at the foot and as its tooltip", async () => {
  panel.model.receive({ channel: 3 });
  await panel.settle();
  await open();
  await grow(1);
  expect(here().querySelector(".nn-want .nn-doubt")?.textContent).toContain("This channel is 0");
  const foot = () => here().querySelector(".nn-wantsfoot")?.textContent;
  expect(foot()).toContain("Fourier coefficients");
  const [, second] = here().querySelectorAll("figure");
  second?.dispatchEvent(new Event("pointerenter"));
  await panel.settle();
  expect(foot()).toContain("total variation 2");
  expect(second?.querySelector("img")?.title).toContain("total variation 2");
  second?.dispatchEvent(new Event("pointerleave"));
  await panel.settle();
  expect(foot()).toContain("Fourier coefficients");
});

test("why they ended early is said", async () => {
  await open();
  await grow(2);
  panel.model.receive({
    _wants_header: { ...(panel.model.get("_wants_header") as object), left: "The gradient is 0 everywhere." },
    growing: false,
  });
  await panel.settle();
  expect(here().textContent).toContain("The gradient is 0 everywhere.");
  expect(button("Continue")).toBeDefined();
});

test("an error is told above the pictures, which stay", async () => {
  await open();
  await grow(2);
  panel.model.receive({ error: "The model needs 224 × 224 pixels.", growing: false });
  await panel.settle();
  const alert = panel.find("dialog", "Channel 9").querySelector("[role=alert]");
  expect(alert?.textContent).toContain("The model needs 224 × 224 pixels.");
  expect(images()).toHaveLength(2);
});

test("a packet that cannot be read leaves the last pictures in place, and says so", async () => {
  await open();
  await grow(2);
  const header = panel.model.get("_wants_header") as object;
  panel.model.receive({ _wants_header: { ...header, steps: 7 } });
  await panel.settle();
  expect(images()).toHaveLength(2);
  expect(here().textContent).toContain(
    "The pictures could not be read: The packet has no float32 array history",
  );
  panel.model.receive({ _wants_header: header });
  await panel.settle();
  expect(here().textContent).not.toContain("could not be read");
});

test("a kernel that is gone: the pictures stay, nothing can be pressed, and Retry lets them grow again", async () => {
  await open();
  await grow(2);
  const usual = panel.model.onSave;
  panel.model.onSave = () => {
    throw new Error("The comm is closed.");
  };
  await press("Pause");
  expect(panel.root.textContent).toContain("No answer from the kernel; showing what was last received.");
  expect(images()).toHaveLength(2);
  expect(button("Continue")?.disabled).toBe(true);
  panel.model.onSave = usual;
  panel.root.querySelector<HTMLElement>(".nn-dialog .nn-notice .nn-word")?.click();
  await panel.settle();
  await press("Continue");
  await grow(1);
  expect(here().textContent).toContain("step 24 of 128");
});

test("where its code cannot be had, the tab says why, lets nothing grow, and can be tried again", async () => {
  panel.unmount();
  provide(null);
  panel = mountWidget({ ...specimen, traits: { ...specimen.traits, layer: LAYER, channel: 9 } });
  await panel.settle();
  await open();
  await vi.waitFor(() => expect(here().textContent).toContain("This kernel knows no wanting."));
  expect(growing()).toBeFalsy();
  provide({ wanting });
  await press("Try again");
  await grow(1);
  expect(images()).toHaveLength(2);
  pretendLayout();
});

test("a kernel that says nothing while they should grow is told to be silent, one that works is not", async () => {
  await open();
  await grow(1);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  panel.model.receive({ _wants_header: { ...(panel.model.get("_wants_header") as object) } });
  await new Promise((resolve) => requestAnimationFrame(resolve));
  await vi.advanceTimersByTimeAsync(14_000);
  expect(panel.root.textContent).not.toContain("No answer from the kernel");
  await vi.advanceTimersByTimeAsync(2000);
  expect(panel.root.textContent).toContain("No answer from the kernel");
});
