/** One of two ways, each a word. */

import type { Signal } from "@preact/signals";
import { Choice } from "./controls";

interface Props {
  readonly label: string;
  readonly title?: string;
  /** What it is called when it is off, and when it is on. */
  readonly words: readonly [string, string];
  readonly on: Signal<boolean>;
  /** Whether the label stands before the words. */
  readonly named?: boolean;
}

export function Either({ words, on, named = false, ...rest }: Props) {
  return (
    <Choice
      {...rest}
      words={words}
      value={words[on.value ? 1 : 0]}
      onChange={(word) => {
        on.value = word === words[1];
      }}
    >
      {named && rest.label}
    </Choice>
  );
}
