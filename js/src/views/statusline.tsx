/** Bottom line: what is under the pointer, what is going on, and how the map was made. */

import { format } from "../draw/number";
import { cellAt, pixelAt } from "./cellbox";
import { useScope } from "./context";
import { Muted } from "./muted";
import { readAt } from "./readout";
import { Slot } from "./slot";
import { Working } from "./working";

export function StatusLine() {
  return (
    <div class="nn-status" role="group" aria-label="Status">
      <span class="nn-status-left">
        <Working />
        <Left />
      </span>
      <Provenance />
    </div>
  );
}

function Left() {
  const { store, view } = useScope();
  const { status, progress } = store.traits;
  if (view.notice.value) return <b>{view.notice.value}</b>;
  if (view.pointed.value) return <Muted>{view.pointed.value}</Muted>;
  if (view.hover.value) return <UnderPointer />;
  if (progress.value !== null) return null;
  if (status.value !== "ready") return <Muted>{status.value}</Muted>;
  const pictures = store.pictures.value;
  if (!pictures) return null;
  return (
    <Muted>
      <Slot>{({ SideName }) => <SideName />}</Slot>
      {pictures.channels === 1 ? "1 channel" : `${pictures.channels} channels`} · point at a tile to read
      values
    </Muted>
  );
}

function UnderPointer() {
  const { store, view } = useScope();
  const spot = view.hover.value;
  const pictures = store.pictures.value;
  // Read so that the exact value replaces the rough one when it comes.
  store.detail.version.value;
  if (!spot || !pictures) return null;
  const { value, exact } = readAt(spot, pictures, store.detail);
  const pixel = pixelAt(spot, store.traits._about.value.input);
  return (
    <Muted>
      <Slot>{({ SideName }) => <SideName />}</Slot>
      <b>channel {spot.channel}</b> ·{" "}
      <span title="row, column">cell ({cellAt(spot, pictures.size).join(", ")})</span> · value{" "}
      <b>{`${exact ? "" : "≈ "}${format(value)}`}</b>
      {pixel && (
        <>
          {" "}
          · <span title="x, y in pixels of the network's input">image ({pixel.join(", ")})</span>
        </>
      )}
      <Slot>{({ Sees }) => <Sees />}</Slot>
      <Slot>{({ Told }) => <Told channel={spot.channel} />}</Slot>
    </Muted>
  );
}

/** How the map was made, and a way to doubt it; a note about the model when there is no map. */
function Provenance() {
  const { store } = useScope();
  const words = store.laid.value?.sentence ?? store.traits._about.value.note;
  return (
    <span class="nn-status-right">
      <Muted title={words}>{words}</Muted>{" "}
      {store.explains.value && <Slot>{({ CheckButton }) => <CheckButton />}</Slot>}
    </span>
  );
}
