/** Where a cell really looks from: its gradient as light on the image, with the box that holds most of it. */

import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Field } from "../compared";
import { glowOf } from "../draw/glow";
import { times } from "../draw/number";
import { type Crop, cellAt, frameStyle, within } from "./cellbox";
import { type Scope, useScope } from "./context";
import type { Look } from "./gaze";
import { sizeOf, useImage } from "./imagestate";

interface Props {
  readonly spot: { readonly channel: number; readonly u: number; readonly v: number };
  readonly crop: Crop;
}

/** The light and the box on a picture of which the network's input is the part `crop`. */
export function Glow({ spot, crop }: Props) {
  const scope = useScope();
  const { gaze } = useImage();
  const look = lookOf(scope, spot);
  useEffect(() => (look ? gaze.look(look) : undefined), [gaze, JSON.stringify(look)]);
  const field = gaze.found.value;
  const size = sizeOf(scope);
  if (!field || !size) return null;
  const core = field.core && within(crop, partOf(field.core, size));
  return (
    <>
      <Light field={field} crop={crop} />
      {core && <div class="nn-core-frame" style={frameStyle(core)} />}
    </>
  );
}

function Light({ field, crop }: { readonly field: Field; readonly crop: Crop }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const glow = useMemo(() => glowOf(field.tile), [field]);
  const [height, width] = field.tile.size;
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    context?.clearRect(0, 0, width, height);
    context?.drawImage(glow, 0, 0);
  }, [glow, height, width]);
  return (
    <div class="nn-glow" style={frameStyle(crop)} aria-hidden="true">
      <canvas ref={canvas} width={width} height={height} />
    </div>
  );
}

/** How much of the image the cell sees, in words; `brief` where there is little room, and what it could see stands elsewhere. */
export function Sees({ brief = false }: { readonly brief?: boolean }) {
  const scope = useScope();
  const { gaze } = useImage();
  const { view } = scope;
  const field = gaze.found.value;
  const words = field ? wordsOf(scope, field) : gaze.problem.value;
  useEffect(() => {
    const said = view.said.peek();
    // Those who move from cell to cell by keyboard were told the value.
    if (field && said.startsWith(`cell row ${field.cell[0]}, column ${field.cell[1]},`)) {
      view.said.value = `${said.split("; ")[0]}; ${words}`;
    }
  }, [field, words, view]);
  if (!words) return null;
  return (
    <span class="nn-sees" title={field ? `${words} (rows × columns of the network's input)` : words}>
      {" · "}
      {field?.core ? <Spread field={field} most={brief ? "" : mostOf(scope, field)} /> : words}
    </span>
  );
}

/** The same words, of which a narrow panel shows less. */
function Spread({ field, most }: { readonly field: Field; readonly most: string }) {
  return (
    <>
      {most && <span class="nn-wide">sees {most} at most, </span>}90 %{" "}
      <span class="nn-wide">of its gradient </span>in {sidesOf(field.core ?? [])}
    </>
  );
}

function wordsOf(scope: Scope, field: Field): string {
  const most = mostOf(scope, field);
  return most ? `sees ${most} at most, ${shareOf(field)}` : shareOf(field);
}

/** What a cell could see, by the sizes of kernels. */
function mostOf({ store }: Scope, { box }: Field): string {
  const sides = store.shown.value?.receptive_field;
  if (sides?.includes("all")) return "the whole image";
  if (sides) return `${times(sides as number[])} px`;
  return box ? `${sidesOf(box)} px` : "";
}

function shareOf({ core, support }: Field): string {
  return core && support ? `90 % of its gradient in ${sidesOf(core)}` : "its gradient is 0 everywhere";
}

/** Rows and columns of a box. */
function sidesOf([left = 0, top = 0, right = 0, bottom = 0]: readonly number[]): string {
  return times([bottom - top, right - left].map(Math.round));
}

/** A box as fractions of the image. */
function partOf(
  [left = 0, top = 0, right = 0, bottom = 0]: readonly number[],
  [w, h]: readonly number[],
): Crop {
  const [width = 1, height = 1] = [w, h];
  return [left / width, top / height, right / width, bottom / height];
}

function lookOf({ store }: Scope, spot: Props["spot"]): Look | null {
  const pictures = store.pictures.value;
  if (!pictures || !store.answering.value) return null;
  const { layer, epoch, size } = pictures;
  return { what: "field", epoch, layer, channels: [spot.channel], cell: cellAt(spot, size) };
}
