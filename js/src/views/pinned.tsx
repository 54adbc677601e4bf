/** The strip of channels that are held in sight, whatever the layer. */

import type { Pin } from "../compared";
import { format } from "../draw/number";
import { type Unit, unitOf } from "../draw/unit";
import { useAnswer } from "./answer";
import { MOST_PINS, pin } from "./channelacts";
import { useScope } from "./context";
import { Small } from "./controls";
import { Glyph } from "./glyph";
import { goTo } from "./goto";
import { useRoving } from "./roving";
import { Thumb } from "./thumb";

export function Pinned() {
  const { store } = useScope();
  const units = store.traits.pins.value.slice(0, MOST_PINS);
  const { value, stale, problem, retry } = useAnswer("pins", units.length > 0 ? { units } : null);
  const { onKeyDown, tabOf } = useRoving();
  if (units.length === 0) return null;
  return (
    <>
      <ul class={stale ? "nn-pins nn-stale" : "nn-pins"} aria-label="Pinned channels" onKeyDown={onKeyDown}>
        {units.map((unit, i) => (
          <li key={unit}>
            <Tile
              unit={unit}
              found={value?.rows.find((row) => row.unit === unit)}
              tab={tabOf(i, units.length)}
            />
          </li>
        ))}
      </ul>
      {problem && (
        <p class="nn-line">
          <span role="alert">{problem}</span> <Small onClick={retry}>Try again</Small>
        </p>
      )}
    </>
  );
}

interface TileProps {
  readonly unit: string;
  /** Its picture, once it has come. */
  readonly found: Pin | undefined;
  readonly tab: number;
}

function Tile({ unit, found, tab }: TileProps) {
  const { store, view, root } = useScope();
  const place = unitOf(unit);
  const numbers = found ? `, mean ${format(found.mean, 3)}, max ${format(found.max, 3)}` : "";
  return (
    <>
      <button
        type="button"
        class="nn-pin"
        data-stop
        aria-label={`${wordsOf(place, unit)}${numbers}`}
        title={`${unit}${numbers}: enlarge; Delete lets go of it`}
        tabIndex={tab}
        disabled={!place}
        onClick={() => place && goTo(store, place.layer, place.channel)}
        onKeyDown={(event) => {
          if (event.key !== "Delete" && event.key !== "Backspace" && event.key !== "p") return;
          event.preventDefault();
          event.stopPropagation();
          // Before it goes, which would leave the focus nowhere.
          heirOf(event.currentTarget, root)?.focus();
          pin(store, view, unit);
        }}
      >
        <span class="nn-small-tile">{found && <Thumb tile={found.tile} />}</span>
        <span class="nn-pin-name">
          <b>{place?.channel ?? "?"}</b>
          <code>
            <bdi>{place?.layer ?? unit}</bdi>
          </code>
        </span>
      </button>
      <button
        type="button"
        class="nn-tilebutton nn-atop"
        aria-label={`Unpin ${unit}`}
        title="Let go of it"
        tabIndex={-1}
        onClick={() => pin(store, view, unit)}
      >
        <Glyph name="close" />
      </button>
    </>
  );
}

/** Who gets the focus of a tile that goes: its neighbour, or after the last one the channels. */
function heirOf(tile: HTMLElement, root: HTMLElement): HTMLElement | null {
  const own = tile.closest("li");
  const near = own?.nextElementSibling ?? own?.previousElementSibling;
  return (near ?? root).querySelector<HTMLElement>(near ? "[data-stop]" : ".nn-viewed [tabindex='0']");
}

function wordsOf(place: Unit | null, unit: string): string {
  return place ? `channel ${place.channel} of ${place.layer}` : unit;
}
