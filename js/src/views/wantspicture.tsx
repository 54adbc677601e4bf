/** One picture of what a channel wants: the image, how strongly the channel answers, and how it came to that. */

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { WantsPicture } from "../ascent";
import { type Curve, drawCurve } from "../draw/ascentcurve";
import { curveText, nameOf, scoreText } from "../draw/wantswords";
import { useScope } from "./context";
import { Icon } from "./icons";
import { isAble, whyNot } from "./imagestate";
import { useInks } from "./kerneltheme";
import { Muted } from "./muted";
import { Sheet } from "./pane";
import { useSize } from "./size";
import { putUnder, savePicture } from "./wantsacts";

/** From how many screen pixels a pixel on it is drawn with sharp edges. */
const COARSE = 3;

interface Props {
  readonly layer: string;
  readonly channel: number;
  readonly picture: WantsPicture;
  /** Height and width of the file, in pixels. */
  readonly size: readonly [number, number];
  /** The best of the images seen so far, for the curve; `null` where that is no measure. */
  readonly beside: number | null;
  readonly whole: boolean;
  /** It is pointed at, or has the focus. */
  readonly onPoint: (pointed: boolean) => void;
}

export function WantsFigure(props: Props) {
  const { picture, beside, whole, onPoint } = props;
  const { step, score, note, sentence } = picture;
  return (
    <figure
      class="nn-want"
      onPointerEnter={() => onPoint(true)}
      onPointerLeave={() => onPoint(false)}
      onFocusIn={() => onPoint(true)}
      onFocusOut={() => onPoint(false)}
    >
      <Image {...props}>
        <Deeds {...props} />
      </Image>
      <figcaption title={sentence}>
        <span class="nn-scoreline">
          <b class="nn-score">{scoreText(score)}</b>{" "}
          {!whole && step > 0 && <Muted>{`at step ${step}`}</Muted>}
        </span>
        <CurveSheet picture={picture} beside={beside} />
        {note && <span class="nn-doubt">{note}</span>}
      </figcaption>
    </figure>
  );
}

/** A place for a picture that is still to come: as large, so that nothing moves. */
export function Coming({ ratio }: { readonly ratio: number }) {
  return (
    <figure class="nn-want nn-want-coming">
      <div class="nn-wantpicture" style={{ aspectRatio: String(ratio) }} />
      <figcaption>
        <span class="nn-scoreline">
          <Muted class="nn-score nn-muted">–</Muted>
        </span>
        <div class="nn-curve" />
      </figcaption>
    </figure>
  );
}

function Image({ picture, size, children }: Props & { readonly children: ComponentChildren }) {
  const frame = useRef<HTMLDivElement>(null);
  const room = useSize(frame);
  const source = useFile(picture);
  const [height, width] = size;
  const coarse = room.value.width * (globalThis.devicePixelRatio || 1) >= COARSE * width;
  return (
    <div ref={frame} class="nn-wantpicture" style={{ aspectRatio: String(width / height) }}>
      {source && (
        <img
          class={coarse ? "nn-coarse" : undefined}
          src={source}
          alt={`${nameOf(picture)}: ${scoreText(picture.score)}`}
          title={picture.sentence}
          decoding="sync"
          draggable={false}
        />
      )}
      {children}
    </div>
  );
}

/** The address of a file; the same for the same bytes, however often they are sent. */
function useFile({ file, type }: WantsPicture): string {
  const address = useSignal("");
  const held = useRef(new Uint8Array(0));
  if (!isSame(held.current, file)) held.current = file.slice();
  const bytes = held.current;
  useEffect(() => {
    if (bytes.length === 0) {
      address.value = "";
      return undefined;
    }
    const url = URL.createObjectURL(new Blob([bytes], { type }));
    address.value = url;
    return () => URL.revokeObjectURL(url);
  }, [bytes, type, address]);
  return address.value;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}

function CurveSheet({ picture, beside }: Pick<Props, "picture" | "beside">) {
  const inks = useInks();
  const curve = useSignal<Curve>({ history: picture.history, beside });
  useLayoutEffect(() => {
    curve.value = { history: picture.history, beside };
  }, [picture, beside, curve]);
  const words = curveText(picture);
  return (
    <div
      class="nn-curve"
      title={beside === null ? words : `${words}; dashed: the best of the images seen so far`}
    >
      <Sheet
        label={words}
        draw={(paper) => {
          const { muted } = inks.value;
          drawCurve(paper, curve.value, getComputedStyle(paper.context.canvas).color, muted);
        }}
      />
    </div>
  );
}

/** What can be done with it: in sight once it is pointed at, and always on the way of the keyboard. */
function Deeds({ layer, channel, picture }: Props) {
  const scope = useScope();
  const sent = useSignal(false);
  const able = isAble(scope) && scope.store.answering.value;
  const put = async () => {
    if (!able || sent.peek()) return;
    sent.value = true;
    await putUnder(scope, picture);
    sent.value = false;
  };
  return (
    <span class="nn-wantdeeds">
      <button
        type="button"
        class="nn-button"
        aria-label="Put under the microscope"
        aria-disabled={!able || sent.value}
        title={able ? "Put under the microscope" : whyNot(scope) || "This needs a running kernel."}
        onClick={put}
      >
        <svg class="nn-icon" viewBox="0 0 16 16" aria-hidden="true">
          <path d="M7 11.2a4.2 4.2 0 1 0 0-8.4 4.2 4.2 0 0 0 0 8.4ZM10.1 10.1l3.1 3.1" />
        </svg>
      </button>
      <button
        type="button"
        class="nn-button"
        aria-label="Save as PNG"
        title="Save as PNG"
        onClick={() => savePicture(scope, layer, channel, picture)}
      >
        <Icon name="save" />
      </button>
    </span>
  );
}
