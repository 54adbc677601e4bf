/** Saving a canvas as a PNG file. */

import type { ViewState } from "../view";
import { tell } from "./tell";

export function download(canvas: HTMLCanvasElement, name: string, view: ViewState): void {
  canvas.toBlob((blob) => {
    if (!blob) return tell(view, "The picture is too large for this browser.");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name.replace(/[^\w.-]+/g, "_");
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    tell(view, `Saved ${link.download}.`);
  }, "image/png");
}
