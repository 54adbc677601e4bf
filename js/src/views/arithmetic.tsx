/** How one cell came about: the terms, what they add up to, and what the tensor holds. */

import { useSignal } from "@preact/signals";
import { finite } from "../draw/figures";
import { orderTerms, type TermOrder } from "../draw/terms";
import type { Sum } from "../findings";
import { Choice } from "./controls";
import { Muted } from "./muted";
import { Patch } from "./patch";
import { Terms } from "./terms";

export function Arithmetic({ sum, stale }: { readonly sum: Sum; readonly stale: boolean }) {
  const order = useSignal<TermOrder>("largest first");
  const multiplied = sum.partial.length > 0 && sum.kernel.length > 0;
  return (
    <section class={stale ? "nn-arithmetic nn-stale" : "nn-arithmetic"} aria-label="Arithmetic">
      <p class="nn-arithmetichead">
        <span>
          <b>{`Channel ${sum.channel}, cell (${sum.cell.join(", ")})`}</b>{" "}
          <Muted>
            {sum.source === null ? sum.operation : `${sum.operation} of ${sum.source || "the input"}`}
          </Muted>
        </span>
        {multiplied && sum.inputs.length > 1 && (
          <Choice<TermOrder>
            label="Order of the terms"
            words={["in order", "largest first"]}
            value={order.value}
            onChange={(word) => {
              order.value = word;
            }}
          >
            Terms
          </Choice>
        )}
      </p>
      <div class="nn-arithmeticbody">
        <div class="nn-termside">
          {multiplied && <Terms sum={sum} places={orderTerms(sum.partial, order.value)} />}
          {!multiplied && sum.size[0] * sum.size[1] > 1 && <Patch sum={sum} />}
        </div>
        <div class="nn-totals">
          {multiplied && <Total sum={sum} />}
          {!multiplied && <Value sum={sum} />}
          <Lines label="Formula" lines={sum.formula} />
          <Lines label="Size of the output" lines={sum.shape} />
        </div>
      </div>
    </section>
  );
}

/** What the partial sums add up to. */
export function addedUp(partial: Float32Array): number {
  return partial.reduce((sum, part) => sum + part, 0);
}

function Total({ sum }: { readonly sum: Sum }) {
  const { inputs, partial, bias, total } = sum;
  const terms = addedUp(partial);
  // A bias that is not finite cannot be sent; the sum tells that there is one.
  const lost = bias === null && Number.isFinite(terms) && !Number.isFinite(total);
  const count = inputs.length === 1 ? "1 input channel" : `${inputs.length} input channels`;
  return (
    <dl class="nn-total">
      <Line name={`sum over ${count}`} value={finite(terms)} />
      {(bias !== null || lost) && <Line name="+ bias" value={finite(bias ?? Number.NaN)} />}
      <Line name="= the sum" value={finite(total)} result />
      <Held sum={sum} />
    </dl>
  );
}

function Value({ sum }: { readonly sum: Sum }) {
  return (
    <dl class="nn-total">
      <Line name="worked out" value={finite(sum.total)} result />
      <Held sum={sum} />
    </dl>
  );
}

/** What the network computed, and how far the arithmetic is from it. */
function Held({ sum: { value, total } }: { readonly sum: Sum }) {
  return (
    <>
      <Line name="the tensor holds" value={finite(value)} />
      <Line name="difference" value={finite(Math.abs(value - total), 2)} />
    </>
  );
}

function Line({ name, value, result = false }: { name: string; value: string; result?: boolean }) {
  return (
    <div class={result ? "nn-result" : undefined}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Lines({ label, lines }: { readonly label: string; readonly lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <div class="nn-workings">
      <Muted>{label}</Muted>
      {lines.map((line, i) => (
        <code key={`${i} ${line}`}>{line}</code>
      ))}
    </div>
  );
}
