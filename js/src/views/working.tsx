/** Long work: how far it is, and a way to stop it. */

import { percent } from "../draw/number";
import { useScope } from "./context";
import { Small } from "./controls";
import { Muted } from "./muted";

export function Working() {
  const { store } = useScope();
  const { status, progress } = store.traits;
  if (progress.value === null) return null;
  return (
    <span class="nn-working">
      <Muted>{`${status.value} ${percent(progress.value, 0)}`}</Muted>
      <Small title="Keep what is there" onClick={store.stop}>
        Stop
      </Small>
    </span>
  );
}
