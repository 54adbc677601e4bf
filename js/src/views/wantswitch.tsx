/** Whether the tiles show what each channel wants, and what becomes of it. */

import { useEffect } from "preact/hooks";
import { whyNot } from "../draw/wantable";
import { useScope } from "./context";
import { Small } from "./controls";

const WORDS =
  "Show the image that each channel wants, made by gradient ascent while nothing else is to be done";

export function WantSwitch() {
  const { store } = useScope();
  const { wants, layers } = store.traits;
  const why = whyNot(layers.value, store.pictures.value);
  const on = wants.value && !why;
  return (
    <>
      <button
        type="button"
        role="switch"
        class="nn-switch"
        aria-checked={on}
        aria-label="Wants"
        disabled={why !== ""}
        title={why || WORDS}
        onClick={() => store.set(on ? { wants: false } : { wants: true, shares: false })}
      >
        <span class="nn-knob" aria-hidden="true" />
        wants
      </button>
      {on && <Fetched />}
    </>
  );
}

/** What the code says that draws them, once it is there. */
function Fetched() {
  const { store } = useScope();
  const { part, problem, load } = store.wanting;
  const there = part.value;
  const answering = store.answering.value;
  useEffect(() => {
    // Again when the kernel is back, but not when it is gone.
    if (!part.peek() && (answering || !problem.peek())) load().catch(() => {}); // `problem` tells
  }, [part, load, answering]);
  if (there) return <there.WantedLine />;
  if (!problem.value) return null;
  return (
    <span>
      <span role="alert">{answering ? problem.value : "What channels want needs a running kernel."}</span>{" "}
      <Small onClick={() => load().catch(() => {})}>Try again</Small>
    </span>
  );
}
