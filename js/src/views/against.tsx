/** In the header: what the model, or the image, is compared with. */

import { useScope } from "./context";
import { namesIn } from "./sides";

/** Stands behind the model and behind the image; says something where the two that are compared differ. */
export function Against({ by }: { readonly by: "model" | "name" }) {
  const { store } = useScope();
  const { _other, _specimens, specimen } = store.traits;
  if (_other.value.kind !== "specimen") return null;
  const names = namesIn(store);
  const own = _specimens.value[specimen.value];
  const differing = own?.name === names[0] ? "name" : "model";
  if (by !== differing) return null;
  // What is all alike has letters, and needs both.
  return (
    <span class="nn-versus">
      {own?.[by] === names[0] ? " against " : ` ${names[0]} against `}
      <b>{names[1]}</b>
    </span>
  );
}
