/** Tools on the image: look, mark a region, paint, take back, adjust the whole. */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { Adjust } from "./adjust";
import { useScope } from "./context";
import { Slider } from "./controls";
import { useDrop } from "./dropimage";
import { useImageEffects } from "./imageeffects";
import { choose, isAble, isBrush, RADII, step, type Tool, useImage, whyNot } from "./imagestate";
import { turnOf } from "./keys";
import { ToolButton, ToolIcon } from "./toolicons";

const TOOLS = {
  look: ["Look", "point at a tile to see the same place here"],
  region: ["Region", "drag a rectangle to find the channels that answer in it"],
  blur: ["Blur", "paint over what shall lose its detail"],
  mean: ["Fill with mean", "paint over what shall get the image's mean colour"],
  noise: ["Noise", "paint over what shall become noise"],
  copy: ["Copy from elsewhere", "click to say from where, then paint where it shall go"],
  erase: ["Erase to grey", "paint over what shall become grey"],
} as const satisfies Record<Tool, readonly [string, string]>;
const names = Object.keys(TOOLS) as Tool[];

export function ImageTools() {
  const scope = useScope();
  const image = useImage();
  useImageEffects(scope, image);
  useDrop(scope, image);
  const able = isAble(scope);
  const open = able && image.open.value;
  return (
    <div class="nn-imagetools" role="group" aria-label="Tools on the image">
      <div class="nn-toolrow">
        <ToolChoice />
        <span class="nn-history">
          <Step op="undo" keys="Ctrl+Z" />
          <Step op="redo" keys="Ctrl+Shift+Z" />
        </span>
      </div>
      <div class="nn-toolrow">
        <button
          type="button"
          class="nn-word nn-disclosure"
          aria-label="Adjust"
          aria-expanded={open}
          aria-disabled={!able}
          title={able ? "Flip, turn, lighten, or open another image" : whyNot(scope)}
          onClick={() => {
            if (able) image.open.value = !open;
          }}
        >
          Adjust
        </button>
        {isBrush(image.tool.value) && <Size />}
        <Reset />
      </div>
      {open && <Adjust />}
    </div>
  );
}

/** Which tool the pointer is: one tab stop, arrows choose. */
function ToolChoice() {
  const scope = useScope();
  const image = useImage();
  const chosen = image.tool.value;
  const able = isAble(scope);
  const can = (tool: Tool) => able || !isBrush(tool);
  const onKeyDown = (event: JSX.TargetedKeyboardEvent<HTMLElement>) => {
    const by = turnOf(event.key);
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    const choices = names.filter(can);
    const next = choices[(choices.indexOf(chosen) + by + choices.length) % choices.length];
    if (!next) return;
    choose(scope, image, next);
    event.currentTarget.querySelector<HTMLElement>(`[data-tool=${next}]`)?.focus();
  };
  return (
    <span class="nn-choice" role="radiogroup" aria-label="Image tool" onKeyDown={onKeyDown}>
      {names.map((tool) => {
        const [label, hint] = TOOLS[tool];
        return (
          <button
            key={tool}
            type="button"
            role="radio"
            class="nn-tool"
            data-tool={tool}
            aria-label={label}
            aria-checked={tool === chosen}
            aria-disabled={!can(tool)}
            tabIndex={tool === chosen ? 0 : -1}
            title={can(tool) ? `${label}: ${hint}` : whyNot(scope)}
            onClick={() => can(tool) && choose(scope, image, tool)}
          >
            <ToolIcon name={tool} />
          </button>
        );
      })}
    </span>
  );
}

function Step({ op, keys }: { readonly op: "undo" | "redo"; readonly keys: string }) {
  const scope = useScope();
  const image = useImage();
  const { able, words = "", ...steps } = scope.store.traits._edits.value;
  const label = op === "undo" ? "Undo" : "Redo";
  const what = op === "undo" && words && steps.undo ? `: ${words}` : "";
  return (
    <ToolButton
      icon={op}
      label={label}
      title={able ? `${label}${what} (${keys})` : whyNot(scope)}
      off={!able || !steps[op]}
      onClick={() => step(scope, image, op)}
    />
  );
}

/** Back to the image as it came. */
function Reset() {
  const scope = useScope();
  const { queue } = useImage();
  const able = isAble(scope);
  const off = !able || !scope.store.traits._edits.value.undo;
  return (
    <button
      type="button"
      class="nn-word nn-reset"
      aria-label="Reset"
      aria-disabled={off}
      title={able ? "Reset: the image as it came; undo brings the changes back" : whyNot(scope)}
      onClick={() => off || queue.count("reset") > 0 || queue.post({ op: "reset" })}
    >
      Reset
    </button>
  );
}

function Size() {
  const { radius } = useImage();
  const dragged = useSignal<number | null>(null);
  // The ring on the image follows while the slider moves.
  if (dragged.value !== null) radius.value = dragged.value;
  const [min, max] = RADII;
  return (
    <Slider
      label="Brush size"
      word="size"
      {...{ min, max, dragged }}
      step={1}
      value={radius.value}
      text={(value) => `radius ${value} px of the network's input`}
      onChange={(value) => {
        radius.value = value;
      }}
    />
  );
}
