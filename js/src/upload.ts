/** Image files on their way to the kernel: how large they may be, and in what parts they travel. */

const MIB = 2 ** 20;

/** Most bytes of a file, as `widget/edit.py` takes it. */
export const LARGEST = 16 * MIB;
/** Most bytes of one message: Jupyter drops one of 10 MiB, and there are hosts that write bytes as text. */
export const PART = 4 * MIB;

/** Why a file is not sent, one sentence, or "". */
export function whyNotSent({ name, size }: { readonly name: string; readonly size: number }): string {
  return size > LARGEST ? `${name} is too large: an image file may have at most ${LARGEST / MIB} MB.` : "";
}

/** The parts of a file in their order; an empty one has a part, too. */
export function inParts(file: ArrayBuffer): ArrayBuffer[] {
  const count = Math.max(1, Math.ceil(file.byteLength / PART));
  return Array.from({ length: count }, (_, i) => file.slice(i * PART, (i + 1) * PART));
}
