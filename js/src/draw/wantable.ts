/** Of what can be shown what it wants. */

import type { LayerInfo, LayerPictures } from "../records";
import { placeOf } from "./query";

/** Why the tiles cannot show what each channel wants, a sentence, or "". */
export function whyNot(layers: readonly LayerInfo[], pictures: LayerPictures | null): string {
  if (!pictures) return "There are no channels yet.";
  if (layers[placeOf(layers, pictures.layer)]?.asked)
    return "Attention maps say where a patch looks: they want nothing.";
  return pictures.side === "difference"
    ? "A difference is of two images: choose one of them to see what its channels want."
    : "";
}
