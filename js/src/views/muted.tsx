/** Words that label, beside those that are values. */

import type { ComponentProps } from "preact";

export function Muted(props: ComponentProps<"span">) {
  return <span class="nn-muted" {...props} />;
}
