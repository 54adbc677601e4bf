/** What went wrong, as a sentence: there always is one, so that no failure can be taken for success. */

const UNTOLD = "The kernel failed and did not say why.";

/** The sentence of an exception, or of what the kernel sent in place of one. */
export function sentenceOf(reason: unknown): string {
  const told = reason instanceof Error ? reason.message : reason;
  return typeof told === "string" && told.trim() !== "" ? told : UNTOLD;
}
