/** A map that is held while others come and go, over the image of which it was. */

import { useComputed } from "@preact/signals";
import { overlayOf } from "../draw/heat";
import { useScope } from "./context";
import { Small } from "./controls";
import { Glyph } from "./glyph";
import { photo, Sheet } from "./pane";
import { usePicture } from "./picture";

const NOTHING = new ArrayBuffer(0);

export function HeldMap() {
  const { store, view } = useScope();
  const laid = store.laid.value;
  const held = view.held.value;
  return (
    <>
      {laid && held?.map !== laid && (
        <span>
          <Small
            title="Keep this map here, to compare others with it"
            onClick={() => {
              view.held.value = { map: laid, picture: store.traits._picture.value };
            }}
          >
            {held ? "Hold this map instead" : "Hold this map"}
          </Small>
        </span>
      )}
      {held && <Figure />}
    </>
  );
}

function Figure() {
  const { store, view } = useScope();
  const { contours, opacity } = store.traits;
  const image = usePicture(useComputed(() => view.held.value?.picture ?? NOTHING));
  const overlay = useComputed(() => view.held.value && overlayOf(view.held.value.map, contours.value));
  const [height, width] = view.held.value?.map.size ?? [1, 1];
  const ratio = image.value ? image.value.width / image.value.height : width / height;
  return (
    <figure class="nn-heldmap" aria-label="The map that is held">
      <div class="nn-picture" style={{ aspectRatio: String(ratio) }}>
        <Sheet
          label="The image under the map that is held"
          draw={(to) => {
            photo(to, image.value);
            overlay.value?.(to.context, to, view.dragged.value ?? opacity.value);
          }}
        />
      </div>
      <figcaption class="nn-muted">{view.held.value?.map.sentence}</figcaption>
      <button
        type="button"
        class="nn-tilebutton nn-atop"
        aria-label="Let go of the map that is held"
        title="Let go of it"
        onClick={() => {
          view.held.value = null;
        }}
      >
        <Glyph name="close" />
      </button>
    </figure>
  );
}
