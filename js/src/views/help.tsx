/** What each key and control does. */

import { Fragment } from "preact";
import { useScope } from "./context";
import { IconButton } from "./icons";

const KEYS: readonly (readonly [string, string])[] = [
  ["Arrows, Home, End, Page", "move among the channels"],
  ["Enter", "enlarge the channel"],
  ["← →", "in the enlarged view: the previous and next channel of the order"],
  [
    "Shift + arrows",
    "in the enlarged view: read the next cell; under Pixels: ask what drives it; under Sum: work it out",
  ],
  ["Space", "in the enlarged view, under Wants: let the pictures rest, or grow on"],
  ["Shift + click on a class", "take its map away from that of the chosen class"],
  ["Arrows, Enter, Space", "in the graph: follow its lines, go to the layer, fold the block; + − 0 zoom"],
  ["b", "change between this and the other that it is compared with: after and before, two images or models"],
  ["Shift + arrows, Shift + Enter", "among the images: go to another one, compare with it"],
  ["Ctrl + Z, Ctrl + Shift + Z", "take a change of the image back, and do it again"],
  [
    "Arrows, Enter, [ ]",
    "on the image with a brush: move it, paint, change its size; with Region: move it, Shift resizes, Delete removes",
  ],
  ["x", "silence the channel, or bring it back; with Shift: all but this one"],
  ["p", "hold the channel in sight, or let it go; Delete does so in the strip of those that are held"],
  ["Alt + Enter, Alt + click", "with Copy from elsewhere: say anew from where"],
  ["Esc", "close what is open; in the image's column: stop long work"],
];

const WORDS: readonly (readonly [string, string])[] = [
  ["Scale", "layer: one scale for all tiles. channel: each tile its own. symmetric: zero in the middle."],
  ["the lock", "holds the ends of the colours, whatever is shown next."],
  ["difference", "this − the other; zero is in the middle of the colours."],
  [
    "change",
    "how far this is from the other: the norm of the difference, as a part of the norm of the other.",
  ],
  [
    "r",
    "correlation of the values of this and the other, cell by cell: 1 where they rise and fall together.",
  ],
  ["CKA", "how alike two layers tell several images apart: 1 is alike, 0 not at all."],
  ["region", "a channel's mean inside the box less its mean outside, in its deviations."],
  ["≈", "read off a drawn tile; the exact value comes when the pointer rests."],
  ["cell (9, 12)", "row 9, column 12, as in activations[channel, 9, 12]; counted from 0."],
  ["image (76, 100)", "x and y in pixels of the network's input."],
  [
    "share",
    "what the channel adds to the sum of the map, and its part of what all add, whatever their signs.",
  ],
  ["effect", "what the score loses without the channel: the score less the score with the channel silenced."],
  ["dead, constant", "all cells are zero, or one value."],
  ["magenta", "a cell that is NaN or infinite."],
];

export function Help() {
  const { view } = useScope();
  return (
    <div class="nn-help" role="group" aria-label="Help">
      <div class="nn-title">
        <strong>Keys and words</strong>
        <IconButton
          icon="close"
          label="Close help"
          onClick={() => {
            view.help.value = false;
          }}
        />
      </div>
      <dl>
        {[...KEYS, ...WORDS].map(([term, meaning]) => (
          <Fragment key={term}>
            <dt>{term}</dt>
            <dd>{meaning}</dd>
          </Fragment>
        ))}
      </dl>
    </div>
  );
}
