/** Files that are dropped anywhere on the panel. */

import { useEffect } from "preact/hooks";
import type { Scope } from "./context";
import { type ImageState, isAble, openFile, whyNot } from "./imagestate";
import { tell } from "./tell";

export function useDrop(scope: Scope, image: ImageState): void {
  const { root } = scope;
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const listen = (
      name: "dragenter" | "dragover" | "dragleave" | "drop",
      action: (event: DragEvent) => void,
    ) =>
      root.addEventListener(
        name,
        (event) => {
          // Words and notebook cells are dragged too.
          if (!event.dataTransfer?.types.includes("Files")) return;
          event.preventDefault();
          event.stopPropagation();
          action(event);
        },
        { signal },
      );
    const over = ({ dataTransfer }: DragEvent) => {
      const able = isAble(scope);
      if (dataTransfer) dataTransfer.dropEffect = able ? "copy" : "none";
      root.classList.toggle("nn-dropping", able);
    };
    listen("dragenter", over);
    listen("dragover", over);
    listen("dragleave", ({ relatedTarget }) => {
      if (!(relatedTarget instanceof Node && root.contains(relatedTarget)))
        root.classList.remove("nn-dropping");
    });
    listen("drop", ({ dataTransfer }) => {
      root.classList.remove("nn-dropping");
      void take(scope, image, [...(dataTransfer?.files ?? [])]);
    });
    return () => {
      controller.abort();
      root.classList.remove("nn-dropping");
    };
  }, [root, image]);
}

async function take(scope: Scope, image: ImageState, [file, ...others]: readonly File[]): Promise<void> {
  if (!isAble(scope)) tell(scope.view, whyNot(scope));
  else if (others.length > 0) tell(scope.view, "Drop one image at a time.");
  else if (file) await openFile(scope, image, file);
}
