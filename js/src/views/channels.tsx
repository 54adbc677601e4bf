/** Right column: the channels of the layer, and how they are drawn. */

import { Grid } from "./grid";
import { Toolbar } from "./toolbar";

export function Channels() {
  return (
    <section class="nn-channels" aria-label="Channels of the layer">
      <Toolbar />
      <Grid />
    </section>
  );
}
