/**
 * The entry of `tools.js`: what acts on the image and the channels, what compares two, and what of the panel has no
 * use without a kernel. It is fetched right after the first picture.
 *
 * A view shows one by `<Slot>{({ Name }) => <Name />}</Slot>`, which is empty until they are there; a tab of the right
 * column by its name in `VIEWS`. Their styles are in `tools.css`; the packets they ask for are read in
 * `wire/compared.ts`.
 */

import { Differences } from "./views/differences";
import { Region } from "./views/region";

export { fetchAhead } from "./ahead";
export { createDetail } from "./detail";
export { fits } from "./draw/explained";
export { portionsOf } from "./draw/portions";
export { default as STYLE } from "./tools.css";
export { Above, Told } from "./views/above";
export { Against } from "./views/against";
export { Asker, AskerFrame, askerProps } from "./views/asker";
export { changeOf } from "./views/before";
export { act } from "./views/channelacts";
export { CheckButton } from "./views/checkbutton";
export { Checks } from "./views/checks";
export { ClassField } from "./views/classfield";
export { Glow, Sees } from "./views/gazeview";
export { HeldMap } from "./views/heldmap";
export { Hold } from "./views/hold";
export { ImageLayer } from "./views/imagelayer";
export { ImageTools } from "./views/imagetools";
export { MethodSelect } from "./views/method";
export { More } from "./views/more";
export { PairFrames } from "./views/pairframes";
export { openPixels } from "./views/pixelopen";
export { Explain } from "./views/question";
export { markOf, moreOf, sortsOf } from "./views/ranking";
export { SideName, Sides } from "./views/sides";
export { copySnippet } from "./views/snippet";
export { Companion, Specimens } from "./views/specimens";
export { ChannelButtons, TileButtons } from "./views/tilebuttons";
export { readAnswer, readEffects } from "./wire/compared";

/** What the tabs of the right column show. */
export const VIEWS = { differences: Differences, region: Region };
