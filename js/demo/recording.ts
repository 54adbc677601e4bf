/** A recording of a real network, if one lies beside the page as `recording.json`. */

import type { LayerInfo } from "../src/records";
import type { Specimen } from "./fakekernel";

interface Recording {
  readonly traits: Record<string, unknown>;
  /** Images, base64. */
  readonly images: Record<string, string>;
  /** Values of each layer, float32, base64. */
  readonly layers: readonly { readonly info: LayerInfo; readonly values: string }[];
}

export async function recorded(url: string): Promise<Specimen | null> {
  const reply = await fetch(url).catch(() => null);
  if (!reply?.ok) return null;
  const { traits, images, layers }: Recording = await reply.json();
  const pictures = Object.entries(images).map(([name, text]) => [name, new DataView(bytes(text).buffer)]);
  return {
    layers: layers.map(({ info, values }) => ({ info, values: new Float32Array(bytes(values).buffer) })),
    traits: { ...traits, ...Object.fromEntries(pictures) },
  };
}

function bytes(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
