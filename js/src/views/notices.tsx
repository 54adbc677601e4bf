/** Sentences about what went wrong: an error from Python, or a kernel that does not answer, or not yet. */

import { useSignalEffect } from "@preact/signals";
import type { Kernel } from "../records";
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
      <KernelNotice />
    </>
  );
}

const NO_ANSWER = "No answer from the kernel; showing what was last received. ";

/** Why an answer does not come, by what is known of the kernel. */
const SENTENCES: Readonly<Partial<Record<Kernel, string>>> = {
  silent: `${NO_ANSWER}If it was restarted, run the cell again.`,
  gone: `${NO_ANSWER}It was restarted or has ended: run the cell again.`,
  absent: "No kernel stands behind this page: it shows what was saved.",
};

function KernelNotice() {
  const { store } = useScope();
  const kernel = store.kernel.value;
  const { busy, missing } = store;
  const work = busy.value && `The kernel is busy: ${busy.value}. The answer comes when it is free.`;
  const sentence = work || SENTENCES[kernel];
  // A saved page says so once something is asked for that it does not hold.
  if (!sentence || (kernel === "absent" && !missing.value)) return null;
  return (
    <div class="nn-notice">
      <span>{sentence}</span>
      {!work && kernel !== "absent" && (
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
      )}
    </div>
  );
}
