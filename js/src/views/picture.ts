/** Encoded images from Python, decoded by the browser. */

import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { useEffectAtOnce } from "./atonce";

export type Picture = ImageBitmap | HTMLImageElement;

/** The image in some bytes; `null` until it is decoded, or when there is none. */
export function usePicture(
  source: ReadonlySignal<DataView | ArrayBuffer | ArrayBufferView>,
): ReadonlySignal<Picture | null> {
  const picture = useMemo(() => signal<Picture | null>(null), []);
  // At once: while the image is painted on, every frame that its picture comes earlier is seen.
  useEffectAtOnce(() => {
    const bytes = source.value;
    if (bytes.byteLength === 0) {
      picture.value = null;
      return undefined;
    }
    return load(bytes, picture);
  });
  return picture;
}

/** Decode; a newer image may call this one off. */
function load(bytes: DataView | ArrayBuffer | ArrayBufferView, into: Signal<Picture | null>): () => void {
  let wanted = true;
  decode(new Blob([bytes as BlobPart])).then(
    (picture) => {
      if (wanted) into.value = picture;
    },
    () => {
      if (wanted) into.value = null;
    },
  );
  return () => {
    wanted = false;
  };
}

/** The image in an encoded file; rejects where it holds none. */
export async function decode(blob: Blob): Promise<Picture> {
  if (typeof createImageBitmap === "function") return createImageBitmap(blob);
  const image = new Image();
  const url = URL.createObjectURL(blob);
  try {
    image.src = url;
    await image.decode();
    return image;
  } finally {
    URL.revokeObjectURL(url);
  }
}
