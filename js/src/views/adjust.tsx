/** What changes the whole image: flips, turns, light, another file. */

import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { format } from "../draw/number";
import { useEffectAtOnce } from "./atonce";
import { useScope } from "./context";
import { Slider, Small } from "./controls";
import type { Slide } from "./editqueue";
import { openFile, useImage } from "./imagestate";
import { ToolButton } from "./toolicons";

export function Adjust() {
  const { queue } = useImage();
  return (
    <div class="nn-adjust" role="group" aria-label="Adjust">
      <div class="nn-toolrow">
        <ToolButton
          icon="mirror"
          label="Flip horizontally"
          onClick={() => queue.post({ op: "flip", axis: "horizontal" })}
        />
        <ToolButton
          icon="upend"
          label="Flip vertically"
          onClick={() => queue.post({ op: "flip", axis: "vertical" })}
        />
        <Quarter by={90} />
        <Quarter by={-90} />
      </div>
      <Live
        label="Turn"
        ends={[-180, 180]}
        step={1}
        neutral={0}
        text={(degrees) => `${format(degrees)}°`}
        slideTo={(degrees) => ({ op: "turn", degrees })}
        read={degreesOf}
      />
      <Live
        label="Brightness"
        ends={[-1, 1]}
        step={0.01}
        neutral={0}
        text={(brightness) => format(brightness, 2)}
        slideTo={(brightness, slid) => ({ ...lightOf(slid), brightness })}
        read={(slid) => lightOf(slid).brightness}
      />
      <Live
        label="Contrast"
        ends={[0, 4]}
        step={0.02}
        neutral={1}
        text={(contrast) => `× ${format(contrast, 3)}`}
        slideTo={(contrast, slid) => ({ ...lightOf(slid), contrast })}
        read={(slid) => lightOf(slid).contrast}
      />
      <OpenFile />
    </div>
  );
}

interface LiveProps {
  readonly label: string;
  readonly ends: readonly [number, number];
  readonly step: number;
  /** Where it changes nothing. */
  readonly neutral: number;
  readonly text: (value: number) => string;
  readonly slideTo: (value: number, slid: Slide | null) => Slide;
  readonly read: (slid: Slide | null) => number;
}

/** A slider whose change is seen while it moves; it goes on with its last change until something else is done. */
function Live({ label, ends: [min, max], step, neutral, text, slideTo, read }: LiveProps) {
  const { queue } = useImage();
  const dragged = useSignal<number | null>(null);
  // At once: in the next frame it may have been let go.
  useEffectAtOnce(() => {
    const value = dragged.value;
    if (value !== null) queue.slide(slideTo(value, queue.slid.peek()));
  });
  const value = read(queue.slid.value);
  return (
    <div class="nn-live">
      <Slider
        {...{ label, min, max, step, value, dragged, text }}
        word={label.toLowerCase()}
        // The last move was a change already.
        onChange={() => {}}
      />
      <output class={value === neutral ? "nn-muted" : undefined}>{text(dragged.value ?? value)}</output>
    </div>
  );
}

/** A quarter to the left (90) or right (-90), on top of what the slider has turned. */
function Quarter({ by }: { readonly by: 90 | -90 }) {
  const { queue } = useImage();
  const side = by > 0 ? "left" : "right";
  return (
    <ToolButton
      icon={side}
      label={`Turn 90° to the ${side}`}
      onClick={() => {
        const degrees = degreesOf(queue.slid.peek()) + by;
        queue.slide({
          op: "turn",
          degrees: degrees > 180 ? degrees - 360 : degrees < -180 ? degrees + 360 : degrees,
        });
      }}
    />
  );
}

function OpenFile() {
  const scope = useScope();
  const image = useImage();
  const field = useRef<HTMLInputElement>(null);
  return (
    <>
      <Small title="Or drop a file anywhere on the panel" onClick={() => field.current?.click()}>
        Open another image…
      </Small>
      <input
        ref={field}
        type="file"
        accept="image/*"
        aria-label="Image file"
        hidden
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          if (file) void openFile(scope, image, file);
          // The same file can be opened again.
          currentTarget.value = "";
        }}
      />
    </>
  );
}

function degreesOf(slid: Slide | null): number {
  return slid?.op === "turn" ? slid.degrees : 0;
}

function lightOf(slid: Slide | null) {
  return slid?.op === "light" ? slid : ({ op: "light", brightness: 0, contrast: 1 } as const);
}
