/** Sentences about what went wrong: an error from Python, or a kernel that does not answer. */

import { useSignalEffect } from "@preact/signals";
import { useScope } from "./context";
import { IconButton } from "./icons";

export function Notices() {
  const { store, view } = useScope();
  const error = store.traits.error.value || store.refused.value;
  useSignalEffect(() => {
    // Once all is well, the same sentence would be news again.
    if (!store.traits.error.value && !store.refused.value) view.dismissed.value = "";
  });
  return (
    <>
      {error && error !== view.dismissed.value && (
        <div class="nn-notice nn-error" role="alert">
          <span>{error}</span>
          <IconButton
            icon="close"
            label="Dismiss"
            onClick={() => {
              view.dismissed.value = error;
            }}
          />
        </div>
      )}
      {!store.answering.value && (
        <div class="nn-notice">
          <span>No answer from the kernel; showing what was last received.</span>
          <button
            type="button"
            class="nn-word"
            onClick={() => {
              store.detail.forgive();
              store.retry();
            }}
          >
            Retry
          </button>
        </div>
      )}
    </>
  );
}
