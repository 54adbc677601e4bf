/** What is on the screen, as a PNG file. */

import { overPhoto, tableOf } from "../draw/colormap";
import { coloursOfMap } from "../draw/heat";
import { layoutOf } from "../draw/layout";
import { format } from "../draw/number";
import { type Bar, drawSheet } from "../draw/sheet";
import { coloursOf, TilePainter } from "../draw/tiles";
import type { Colormap, LayerPictures, MapPicture } from "../records";
import type { Store } from "../state";
import type { ViewState } from "../view";
import { axisOf, partOf } from "./axis";
import { portionAxis } from "./colourbar";
import { download } from "./download";

/** Save all channels of the layer, in their order and colours. */
export function saveSheet(store: Store, view: ViewState): void {
  const pictures = store.pictures.value;
  if (!pictures) return;
  const order = store.order.value;
  const side = order.length > 512 ? 48 : 64;
  const columns = Math.max(6, Math.ceil(Math.sqrt(order.length)));
  const layout = layoutOf(order.length, columns * (side + 4) - 4, side, pictures.size[0] / pictures.size[1]);
  const { colormap, normalize } = store;
  const pictured = store.wishes.value?.pictured.value;
  const scene = {
    pictures,
    order,
    layout,
    rows: { first: 0, last: layout.rows },
    top: 0,
    colours: coloursOf(colormap.value, normalize.value, store.rangeOf, store.portions.value),
    pictured,
    mark: store.tools.part.value?.markOf(store),
    native: store.detail.native,
  };
  const canvas = drawSheet({
    title: `${modelName(store)} · ${pictures.layer}${pictured ? " · what each channel wants" : ""}`,
    bars: pictured ? [] : [barOf(store, store.colormap.value)],
    width: columns * (layout.width + 4) - 4,
    height: layout.total,
    draw: (context) => new TilePainter().paint(context, scene),
  });
  download(canvas, `${pictures.layer}.png`, view);
}

/** Save the three pictures of the enlarged channel, or of what drives it, as they are drawn now. */
export function saveEnlarged(store: Store, view: ViewState, root: HTMLElement): void {
  const pictures = store.pictures.value;
  const channel = store.enlarged.value;
  const drawn = [...root.querySelectorAll<HTMLCanvasElement>(".nn-pictures canvas")];
  const [first] = drawn;
  if (!pictures || channel === null || !first) return;
  const { width, height } = first;
  const colormap = store.colormap.value;
  const map = view.tab.value === "Pixels" ? store.laid.value : null;
  const canvas = drawSheet({
    title: `${modelName(store)} · ${map?.sentence ?? `${pictures.layer} · channel ${channel}`}`,
    bars: map
      ? [barOfMap(map)]
      : [...new Set([overPhoto(colormap), colormap])].map((name) => barOf(store, name)),
    width: drawn.length * (width + 12) - 12,
    height,
    draw: (context) => {
      drawn.forEach((picture, i) => {
        context.drawImage(picture, i * (width + 12), 0, width, height);
      });
    },
  });
  download(canvas, `${pictures.layer}-channel-${channel}${map ? `-${map.method}` : ""}.png`, view);
}

function barOfMap(map: MapPicture): Bar {
  const [lo, hi] = map.ends;
  return { table: tableOf(coloursOfMap(map)), part: [0, 1], words: [format(lo, 3), format(hi, 3)] };
}

function barOf(store: Store, colormap: Colormap): Bar {
  const normalize = store.normalize.value;
  const channel = store.enlarged.value;
  const pictures = store.pictures.value as LayerPictures;
  const ofChannel = normalize === "channel" && channel !== null;
  const own = ofChannel
    ? { lo: pictures.stats.min[channel] ?? 0, hi: pictures.stats.max[channel] ?? 0 }
    : store.range.value;
  const portions = portionAxis(store);
  const axis = portions ?? axisOf(own, normalize);
  const words: [string, string] =
    !portions && normalize === "channel" && channel === null
      ? ["min", "max of each"]
      : [format(axis.lo, 3), format(axis.hi, 3)];
  return { table: tableOf(colormap), part: partOf(axis, colormap), words };
}

function modelName(store: Store): string {
  return store.traits._about.value.model ?? "nnscope";
}
