/** Holds the ends of the colours, whatever is shown next. */

import { format } from "../draw/number";
import { useScope } from "./context";
import { IconButton } from "./icons";

export function Hold() {
  const { store } = useScope();
  const held = store.held.value !== null;
  const { lo, hi } = store.range.value;
  const own = store.normalize.value === "channel";
  return (
    <IconButton
      icon="lock"
      label={held ? `Let go of this scale, ${format(lo, 3)} to ${format(hi, 3)}` : "Hold this scale"}
      pressed={held}
      disabled={own || hi <= lo}
      onClick={() => store.set({ scale: held ? [] : [lo, hi] })}
    />
  );
}
