/** Top of the panel: what is under the microscope, the whole network, the layer. */

import { times } from "../draw/number";
import { useScope } from "./context";
import { IconButton } from "./icons";
import { toggleFull } from "./panel";
import { LayerPicker } from "./picker";
import { Rail } from "./rail";
import { withRooms, withTools } from "./room";
import { Slot } from "./slot";
import { tell } from "./tell";

export function Header() {
  return (
    <div class="nn-header">
      <div class="nn-title">
        <Title />
        <Tools />
      </div>
      <Rail />
      <LayerPicker />
    </div>
  );
}

function Title() {
  const { store } = useScope();
  const about = store.traits._about.value;
  const input = about.input ? times([about.input[2], about.input[1]]) : "";
  const sizes = about.original ? `${times(about.original)} → ${input}` : input;
  const [head, tail] = splitSizes(about.transform ?? "", input);
  const facts = [[sizes, head].filter(Boolean).join(", "), tail].filter(Boolean).join(" · ");
  const between = about.image && facts && " · ";
  return (
    <p class="nn-about">
      <strong>{about.model || "nnscope"}</strong>
      <Slot>{({ Against }) => <Against by="model" />}</Slot>
      <span class="nn-muted nn-facts" title={`${about.image ?? ""}${between}${facts}`}>
        {about.image}
        <Slot>{({ Against }) => <Against by="name" />}</Slot>
        {between}
        {facts} {about.assumption && <Assumed sentence={about.assumption} />}
      </span>
    </p>
  );
}

/** What was assumed explains itself on hover, and at a click for those who cannot hover. */
function Assumed({ sentence }: { sentence: string }) {
  const { view } = useScope();
  return (
    <button
      type="button"
      class="nn-assumed"
      title={sentence}
      aria-label={`assumed: ${sentence}`}
      onClick={() => tell(view, sentence)}
    >
      assumed
    </button>
  );
}

/** The transform without the size it starts with, which stands beside the original's already. */
function splitSizes(transform: string, input: string): [string, string] {
  const parts = transform.split(" · ");
  const first = parts[0] ?? "";
  const head = input && first.startsWith(input) ? first.slice(input.length).replace(/^,?\s*/, "") : first;
  return [head, parts.slice(1).join(" · ")];
}

function Tools() {
  const { store, view, root } = useScope();
  return (
    <div class="nn-tools">
      <IconButton
        icon="code"
        label="Copy as Python code"
        onClick={() => withTools(store, view, (tools) => tools.copySnippet(store, view))}
      />
      <IconButton
        icon="save"
        label="Save the channels as PNG"
        onClick={() => withRooms(store, view, (rooms) => rooms.saveSheet(store, view))}
      />
      <IconButton
        icon={view.full.value ? "shrink" : "grow"}
        label={view.full.value ? "Back to the notebook" : "Full size"}
        onClick={() => toggleFull(root, view.full)}
      />
      <IconButton
        icon="help"
        label="Help"
        pressed={view.help.value}
        onClick={() =>
          withRooms(store, view, () => {
            view.help.value = !view.help.value;
          })
        }
      />
    </div>
  );
}
