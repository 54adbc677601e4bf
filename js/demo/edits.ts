/** What the kernel does with changes of the image: it keeps the steps, and draws them where there is a canvas. */

import type { Bytes, Edit } from "../src/records";
import type { FakeModel } from "./fakemodel";

export type EditMessage = Edit & { readonly k: "edit"; readonly rid: number };

/** A step to take back: the image after it. */
interface Step {
  readonly words: string;
  readonly op: Edit["op"];
  readonly picture: Bytes;
}

const TOOLS = { blur: "blur", mean: "fill with mean", noise: "noise", copy: "copy", erase: "erase to grey" };

export class FakeEdits {
  readonly #steps: Step[];
  /** Which of the steps is shown; 0 is the image as it came. */
  #at = 0;
  #changes = 0;

  constructor(readonly model: FakeModel) {
    this.#steps = [{ words: "", op: "reset", picture: model.get("_picture") as Bytes }];
  }

  /** Answer after the picture has changed, as the kernel does. */
  async take(edit: EditMessage, file?: ArrayBuffer): Promise<void> {
    const problem = await this.#apply(edit, file);
    const { rid } = edit;
    if (problem) {
      this.model.message({ k: "error", rid, code: "value", message: problem });
      return;
    }
    const { words, picture } = this.#steps[this.#at] as Step;
    const redo = this.#steps.length - 1 - this.#at;
    this.model.receive({ _picture: picture, _edits: { undo: this.#at, redo, words, able: true, why: "" } });
    this.model.message({ k: "done", rid });
  }

  /** A sentence where it cannot be done. */
  async #apply(edit: EditMessage, file?: ArrayBuffer): Promise<string> {
    if (edit.op === "undo" || edit.op === "redo") {
      const next = this.#at + (edit.op === "undo" ? -1 : 1);
      if (!this.#steps[next]) return `There is nothing to ${edit.op}.`;
      this.#at = next;
      return "";
    }
    if (edit.op === "open" && !/\.(png|jpe?g|webp)$/i.test(edit.name)) return `${edit.name} is no image.`;
    const goesOn = "begin" in edit && !edit.begin && this.#steps[this.#at]?.op === edit.op;
    // What a slider does replaces what it did; a stroke goes on from where it is.
    const ground = goesOn && edit.op !== "stroke" ? this.#at - 1 : this.#at;
    const picture = await this.#drawn(edit, (this.#steps[ground] as Step).picture, file);
    if (!goesOn) this.#at += 1;
    this.#steps.splice(this.#at, Number.POSITIVE_INFINITY, { words: wordsFor(edit), op: edit.op, picture });
    return "";
  }

  async #drawn(edit: Edit, ground: Bytes, file?: ArrayBuffer): Promise<Bytes> {
    if (edit.op === "reset") return this.#steps[0]?.picture ?? ground;
    if ((edit.op === "open" || edit.op === "wanted") && file) return new DataView(file);
    this.#changes += 1;
    return (await drawn(edit, ground)) ?? new DataView(Uint32Array.of(this.#changes).buffer);
  }
}

/** The image after a change; `null` where there is no canvas, or no picture. */
async function drawn(edit: Edit, ground: Bytes): Promise<Bytes | null> {
  try {
    const image = await createImageBitmap(new Blob([ground as BlobPart]));
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext("2d");
    if (context) draw(context, image, edit);
    return new DataView(await (await canvas.convertToBlob()).arrayBuffer());
  } catch {
    return null;
  }
}

function wordsFor(edit: Edit): string {
  if (edit.op === "stroke") return `brush: ${TOOLS[edit.tool]}, radius ${edit.radius} px`;
  if (edit.op === "turn") return `turned by ${edit.degrees}°`;
  if (edit.op === "light") return `brightness ${edit.brightness}, contrast ${edit.contrast}`;
  if (edit.op === "flip") return edit.axis === "horizontal" ? "flipped horizontally" : "flipped vertically";
  if (edit.op === "open") return `opened ${edit.name}`;
  if (edit.op === "wanted") return edit.negative ? "what a channel dislikes" : "what a channel wants";
  return "as it came";
}

type Context = OffscreenCanvasRenderingContext2D;
type Stroke = Extract<Edit, { op: "stroke" }>;

/** Roughly what the kernel draws. */
function draw(context: Context, image: ImageBitmap, edit: Edit): void {
  const { width, height } = image;
  if (edit.op === "light") {
    context.filter = `contrast(${edit.contrast}) brightness(${1 + edit.brightness})`;
  }
  context.translate(width / 2, height / 2);
  if (edit.op === "turn") context.rotate((-edit.degrees * Math.PI) / 180);
  const across = edit.op === "flip" && edit.axis === "horizontal";
  if (edit.op === "flip") context.scale(across ? -1 : 1, across ? 1 : -1);
  context.translate(-width / 2, -height / 2);
  context.drawImage(image, 0, 0);
  const tip = new OffscreenCanvas(width, height).getContext("2d");
  if (edit.op !== "stroke" || !tip) return;
  trace(tip, edit);
  fill(tip, image, edit);
  context.drawImage(tip.canvas, 0, 0);
}

/** Where the brush has been. */
function trace(tip: Context, { radius, points }: Stroke): void {
  tip.lineWidth = 2 * radius;
  tip.lineCap = "round";
  tip.lineJoin = "round";
  tip.beginPath();
  for (const [x, y] of [points[0] ?? [0, 0], ...points]) tip.lineTo(x, y);
  tip.stroke();
}

const PLAIN: Record<string, string> = { mean: "#8a6a55", noise: "#c0a040", erase: "#7f7f7f" };

/** What is seen there. */
function fill(tip: Context, image: ImageBitmap, { tool, radius, from }: Stroke): void {
  const { width, height } = image;
  const [right, down] = from ?? [0, 0];
  const source = new OffscreenCanvas(width, height);
  const context = source.getContext("2d");
  if (!context) return;
  if (tool === "blur") context.filter = `blur(${radius / 3}px)`;
  context.drawImage(image, -right, -down);
  context.filter = "none";
  context.fillStyle = PLAIN[tool] ?? "transparent";
  context.fillRect(0, 0, width, height);
  tip.globalCompositeOperation = "source-in";
  tip.drawImage(source, 0, 0);
}
