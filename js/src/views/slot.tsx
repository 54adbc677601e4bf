/** A place for something of the tools: empty until their code is there. */

import type { ComponentChildren } from "preact";
import type { Tools } from "../findings";
import { useScope } from "./context";

export function Slot({ children }: { readonly children: (tools: Tools) => ComponentChildren }) {
  const tools = useScope().store.tools.part.value;
  return tools && <>{children(tools)}</>;
}
