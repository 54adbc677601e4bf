/** The patch that a pooling reads, with the cell that won. */

import { tableOf } from "../draw/colormap";
import { placeOf } from "../draw/query";
import { aroundZero, type Outside, outsideOf } from "../draw/terms";
import type { Sum } from "../findings";
import type { Store } from "../state";
import { useScope } from "./context";
import { grainOf, NumberTile } from "./numbertile";

export function Patch({ sum }: { readonly sum: Sum }) {
  const { store } = useScope();
  const outside = outsideIn(store, sum);
  const { size, winner, inputs } = sum;
  const cells = size[0] * size[1];
  const places = placesOf(sum);
  const table = tableOf("blue-red");
  const marked = winner ? winner[1] * size[1] + winner[2] : undefined;
  const range = aroundZero(sum.patch);
  return (
    <div class="nn-patches">
      {inputs.map((input, place) => (
        <NumberTile
          key={input}
          values={sum.patch.subarray(place * cells, (place + 1) * cells)}
          columns={size[1]}
          grain={grainOf(size, 320)}
          outside={outside}
          {...{ table, range }}
          {...(marked !== undefined && winner?.[0] === place ? { marked } : {})}
          where={(i) => `input ${input}${places[i] ?? ""}`}
        />
      ))}
    </div>
  );
}

/** Which cells of a patch are none of the input, as far as its size is known. */
export function outsideIn(store: Store, sum: Sum): readonly Outside[] {
  return outsideOf(sum, sizeOfSource(store, sum), sum.operation.startsWith("transposed"));
}

/** Which cell of the input each cell of a patch is, in words; none where a patch is no part of a picture. */
export function placesOf({ rows, columns }: Sum): readonly string[] {
  return rows.flatMap((row) => columns.map((column) => `, cell (${row}, ${column})`));
}

function sizeOfSource({ traits }: Store, { source }: Sum): readonly [number, number] | null {
  if (source === null) return null;
  const layers = traits.layers.value;
  const [, height, width] = source
    ? (layers[placeOf(layers, source)]?.shape ?? [])
    : (traits._about.value.input ?? []);
  return height && width ? [height, width] : null;
}
