/** What the checks of a map found: the maps beside each other, the curves, the verdicts. */

import { useComputed } from "@preact/signals";
import { overlayOf } from "../draw/heat";
import { format } from "../draw/number";
import type { Checks } from "../records";
import { useScope } from "./context";
import { Chart } from "./curves";
import { Muted } from "./muted";
import { photo, ratioOf, Sheet } from "./pane";
import { usePicture } from "./picture";

/** How many pictures there will be about. */
const EXPECTED = 6;

export function Findings() {
  const { store } = useScope();
  const found = store.checks.value;
  const waiting = store.traits.status.value === "ready" ? "Nothing was checked yet." : "Checking …";
  return (
    <>
      <p class="nn-muted nn-made">{found?.question || (store.laid.value ? waiting : "No map is on show.")}</p>
      {found && <Found found={found} />}
    </>
  );
}

function Found({ found }: { readonly found: Checks }) {
  const { rows, curves, verdicts, done } = found;
  const coming = done < 1 ? Math.max(1, EXPECTED - rows.length) : 0;
  return (
    <>
      <div class="nn-checks">
        {rows.map(({ label, similarity }, i) => (
          <figure key={`${i} ${label}`}>
            <Picture place={i} label={label} />
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
function Picture({ place, label }: { place: number; label: string }) {
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
