/** Room "Kernels": what each output channel of the layer multiplies, next to the picture it makes of the image. */

import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { format, times } from "../draw/number";
import { around } from "../draw/scale";
import type { Kernels as Found } from "../findings";
import type { LayerInfo } from "../records";
import { Strip } from "./colourbar";
import { useScope } from "./context";
import { Either } from "./either";
import { KernelGrid } from "./kernelgrid";
import { KernelPull, tooLarge } from "./kernelpull";
import { Muted } from "./muted";
import { multiplies, NoWeights } from "./noweights";
import { Failure, Waiting } from "./room";

export function Kernels() {
  const { store } = useScope();
  const layer = store.shown.value;
  const epoch = store.pictures.value?.epoch ?? 0;
  if (!layer) return null;
  const reason = multiplies(layer) ? tooLarge(layer) : `${layer.name} (${layer.kind}) has no kernels.`;
  return (
    <div class="nn-room">
      {reason ? (
        <NoWeights layer={layer} sentence={reason} />
      ) : (
        <Pulled key={`${epoch}/${layer.name}`} {...{ layer, epoch }} />
      )}
    </div>
  );
}

function Pulled({ layer, epoch }: { layer: LayerInfo; epoch: number }) {
  const apart = useSignal(false);
  const own = useSignal(false);
  const { store } = useScope();
  const kernels = useMemo(() => new KernelPull(store.answers, layer, epoch), [store, layer, epoch]);
  useEffect(() => {
    kernels.want(0, 1);
    return () => kernels.close();
  }, [kernels]);
  kernels.version.value; // read, so that what has come is drawn
  const facts = kernels.facts.value;
  const problem = kernels.problem.value;
  const again = () => kernels.retry();
  const answering = store.answering.value;
  useEffect(() => {
    // The kernel is back.
    if (answering && kernels.problem.peek()) kernels.retry();
  }, [answering, kernels]);
  if (!facts && problem) return <NoWeights layer={layer} sentence={problem} again={again} />;
  if (!facts) return <Waiting>{`Fetching the kernels of ${layer.name} …`}</Waiting>;
  const mixed = facts.colour && !apart.value;
  return (
    <>
      <Controls {...{ facts, apart, own }} />
      {problem && <Failure sentence={problem} again={again} />}
      <KernelGrid
        key={String(mixed)}
        {...{ facts, kernels, mixed }}
        own={own.value}
        cards={facts.inputs === 1 || mixed}
      />
    </>
  );
}

interface ControlsProps {
  readonly facts: Found;
  readonly apart: Signal<boolean>;
  readonly own: Signal<boolean>;
}

function Controls({ facts, apart, own }: ControlsProps) {
  return (
    <>
      <div class="nn-toolbar">
        {facts.colour && (
          <Either
            named
            label="Inputs"
            title="Red, green and blue as one colour, in which grey is zero, or each apart"
            words={["in colour", "apart"]}
            on={apart}
          />
        )}
        <Either
          named
          label="Range"
          title="What the ends of the colours stand for: the largest weight of the layer, or of each kernel"
          words={["one for all", "each its own"]}
          on={own}
        />
        <WeightBar facts={facts} own={own.value} mixed={facts.colour && !apart.value} />
      </div>
      <p class="nn-kernelwords">
        <Muted>{kernelWords(facts)}</Muted>
      </p>
    </>
  );
}

/** What the colours mean, in units of the weights. */
function WeightBar({ facts, own, mixed }: { facts: Found; own: boolean; mixed: boolean }) {
  const { lo, hi } = around({ lo: facts.shared[0], hi: facts.shared[1] });
  const words = own ? ["−m", "m of each kernel"] : [format(lo, 3), format(hi, 3)];
  return (
    <div
      class="nn-colourbar"
      role="img"
      aria-label={`Weights from ${words[0]} to ${words[1]}, zero marked`}
      title={mixed ? "Of red, green and blue each" : undefined}
    >
      <Muted>{words[0]}</Muted>
      <Strip
        axis={{ lo: -1, hi: 1, zero: 0.5 }}
        colormap={mixed ? "grey" : "blue-red"}
        direction="to right"
      />
      <Muted>{words[1]}</Muted>
    </div>
  );
}

/** `64 kernels of 3 × 7 × 7, with a bias each`, and what is odd about them. */
export function kernelWords({ outputs, inputs, size, groups, transposed, bias, note }: Found): string {
  const count = outputs === 1 ? "1 kernel" : `${outputs} kernels`;
  const depthwise = groups > 1 && inputs === 1;
  const parts = [
    `${count} of ${times([inputs, ...size])}${bias.length > 0 ? ", with a bias each" : ""}`,
    transposed ? "transposed" : "",
    depthwise ? "each for one input channel" : groups > 1 ? `${groups} groups of ${inputs} inputs` : "",
    note,
  ];
  return parts.filter(Boolean).join(" · ");
}
