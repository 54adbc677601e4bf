/** Built-in doubt: what speaks for and against the map on show. */

import { useComputed } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { overlayOf } from "../draw/heat";
import { format } from "../draw/number";
import type { Checks as Found } from "../records";
import { useScope } from "./context";
import { Chart } from "./curves";
import { Dialog } from "./dialog";
import { IconButton } from "./icons";
import { Muted } from "./muted";
import { Notices } from "./notices";
import { photo, ratioOf, Sheet } from "./pane";
import { usePicture } from "./picture";
import { Working } from "./working";

/** Opens the checks; it gets the focus back from them. */
export function CheckButton() {
  const { store, view } = useScope();
  const button = useRef<HTMLButtonElement>(null);
  const open = store.traits.checks.value;
  useEffect(() => {
    if (open || !view.rechecked.peek()) return;
    view.rechecked.value = false;
    button.current?.focus({ preventScroll: true });
  }, [open, view]);
  return (
    <button
      ref={button}
      type="button"
      class="nn-small"
      aria-label="Check this map"
      title="How far can this map be trusted?"
      disabled={!store.laid.value}
      onClick={() => store.set({ checks: true })}
    >
      Check
    </button>
  );
}

export function Checks() {
  const { store, view } = useScope();
  const found = store.checks.value;
  const close = () => {
    view.rechecked.value = true;
    store.set({ checks: false });
  };
  const waiting = store.traits.status.value === "ready" ? "Nothing was checked yet." : "Checking …";
  return (
    <Dialog
      label="Checks"
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Escape") close();
      }}
    >
      <div class="nn-title">
        <strong>How far can this map be trusted?</strong>
        <div class="nn-tools">
          <Working />
          <IconButton icon="close" label="Close" onClick={close} />
        </div>
      </div>
      <Notices />
      <p class="nn-muted nn-made">{found?.question || (store.laid.value ? waiting : "No map is on show.")}</p>
      {found && <Findings found={found} />}
    </Dialog>
  );
}

/** How many pictures there will be about. */
const EXPECTED = 6;

function Findings({ found }: { found: Found }) {
  const { rows, curves, verdicts, done } = found;
  const coming = done < 1 ? Math.max(1, EXPECTED - rows.length) : 0;
  return (
    <>
      <div class="nn-checks">
        {rows.map(({ label, similarity }, i) => (
          <figure key={`${i} ${label}`}>
            <Small place={i} label={label} />
            <figcaption>
              {label}
              {similarity !== null && (
                <Muted>{`rank correlation ${format(Math.round(similarity * 100) / 100)}`}</Muted>
              )}
            </figcaption>
          </figure>
        ))}
        {Array.from({ length: coming }, (_, i) => (
          <figure key={i} class="nn-coming">
            <div class="nn-picture" />
          </figure>
        ))}
      </div>
      {curves.fractions.length > 1 && <Chart curves={curves} />}
      {verdicts.length > 0 && (
        <ul class="nn-verdicts" aria-label="Verdicts">
          {verdicts.map((verdict) => (
            <li key={verdict}>{verdict}</li>
          ))}
        </ul>
      )}
    </>
  );
}

/** One of the maps over the image. */
function Small({ place, label }: { place: number; label: string }) {
  const { store } = useScope();
  const { _about, _picture, opacity } = store.traits;
  const image = usePicture(_picture);
  const overlay = useComputed(() => {
    const row = store.checks.value?.rows[place];
    return row && overlayOf(row.picture, false);
  });
  return (
    <div class="nn-picture" style={{ aspectRatio: String(ratioOf(_about.value)) }}>
      <Sheet
        label={label}
        draw={(to) => {
          photo(to, image.value);
          overlay.value?.(to.context, to, opacity.value);
        }}
      />
    </div>
  );
}
