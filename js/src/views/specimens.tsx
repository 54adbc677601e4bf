/** The other image beside this one, and the images among which this and the other are chosen. */

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { labelsOf } from "../draw/names";
import type { SpecimenInfo } from "../records";
import type { Store } from "../state";
import { WHOLE } from "./cellbox";
import { useScope } from "./context";
import { Select } from "./controls";
import { Marker } from "./inputimage";
import { turnOf } from "./keys";
import { Muted } from "./muted";
import { photo, ratioOf, Sheet } from "./pane";
import { usePicture } from "./picture";
import { namesIn } from "./sides";

/** The other image, smaller; while the other is drawn large, this one. */
export function Companion() {
  const { store } = useScope();
  const { _other, _specimens, specimen, against, side } = store.traits;
  if (_other.value.kind !== "specimen") return null;
  const [one, another] = namesIn(store);
  const turned = side.value === "other";
  const shown = turned ? _specimens.value[specimen.value] : _other.value;
  return (
    <div class="nn-companion">
      <button
        type="button"
        title={`Look at ${another}, against ${one}`}
        onClick={() => {
          const next = against.value;
          if (next !== null) store.set({ specimen: next, against: specimen.value });
        }}
      >
        <Photo picture={shown?.picture} label={turned ? one : another}>
          <Marker crop={WHOLE} />
        </Photo>
      </button>
      <span class="nn-companion-name">
        {turned && <Muted>{one}</Muted>}
        <Against labels={labelsOf(_specimens.value)} />
      </span>
    </div>
  );
}

interface PhotoProps {
  readonly picture: SpecimenInfo["picture"] | undefined;
  readonly label: string;
  readonly children?: ComponentChildren;
}

const NOTHING = new ArrayBuffer(0);

/** An image as its network saw it. */
function Photo({ picture = NOTHING, label, children }: PhotoProps) {
  const { store } = useScope();
  const bytes = useSignal(picture);
  useLayoutEffect(() => {
    bytes.value = picture;
  }, [picture, bytes]);
  const image = usePicture(bytes);
  const decoded = image.value;
  const ratio = decoded ? decoded.width / decoded.height : ratioOf(store.traits._about.value);
  return (
    <span class="nn-picture" style={{ aspectRatio: String(ratio) }}>
      <Sheet label={label} draw={(to) => photo(to, image.value)} />
      {children}
    </span>
  );
}

/** All images, where there are more than the two that are seen. */
export function Specimens() {
  const { store } = useScope();
  const { _specimens, _other } = store.traits;
  const [count, beside] = [_specimens.value.length, _other.value.kind === "specimen"];
  if (count < 2 || (count === 2 && beside)) return null;
  const labels = labelsOf(_specimens.value);
  return (
    <>
      <Film labels={labels} />
      {!beside && <Against labels={labels} />}
    </>
  );
}

/** Look at another one; what it was held against takes its place where the two are the same. */
export function look({ traits }: Store, next: number) {
  const [specimen, against] = [traits.specimen.peek(), traits.against.peek()];
  return { specimen: next, against: against === next ? specimen : against };
}

/** Small pictures: one is looked at, another one, by Shift, is what it is held against. */
function Film({ labels }: { readonly labels: readonly string[] }) {
  const { store } = useScope();
  const { _specimens, specimen, against } = store.traits;
  const hold = (next: number) => store.set({ against: next === specimen.value ? null : next });
  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLElement }) => {
    const by = turnOf(event.key);
    const next = (specimen.value + by + labels.length) % labels.length;
    const buttons = event.currentTarget.querySelectorAll<HTMLElement>("button");
    if (by && !event.shiftKey) {
      store.set(look(store, next));
      buttons[next]?.focus();
    } else if (by) {
      const from = [...buttons].indexOf(event.target as HTMLElement);
      buttons[(from + by + labels.length) % labels.length]?.focus();
    } else if (event.key === "Enter" && event.shiftKey) {
      hold([...buttons].indexOf(event.target as HTMLElement));
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="nn-film" role="radiogroup" aria-label="Specimens" onKeyDown={onKeyDown}>
      {_specimens.value.map(({ picture }, i) => {
        const [here, there] = [specimen.value === i, against.value === i];
        return (
          <button
            key={i}
            type="button"
            {...{ role: "radio", "aria-checked": here }}
            class={there ? "nn-against" : undefined}
            aria-label={`${labels[i]}${there ? ", compared with" : ""}`}
            title={`${labels[i]}\nShift-click to compare with it`}
            tabIndex={here ? 0 : -1}
            onClick={(event) => (event.shiftKey ? hold(i) : store.set(look(store, i)))}
          >
            <Photo picture={picture} label={labels[i] ?? ""} />
          </button>
        );
      })}
    </div>
  );
}

const ITSELF = "itself, before changes";

/** What this is held against. */
function Against({ labels }: { readonly labels: readonly string[] }) {
  const { store } = useScope();
  const { specimen, against } = store.traits;
  const options = [
    ...labels.map((text, i) => ({ value: String(i), text })).filter((_, i) => i !== specimen.value),
    { value: "", text: ITSELF },
  ];
  return (
    <Select
      label="Against"
      title="What this image is compared with"
      options={options}
      value={against.value === null ? "" : String(against.value)}
      onChange={(value) => store.set({ against: value === "" ? null : Number(value) })}
    />
  );
}
