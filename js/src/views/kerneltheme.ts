/** What the kernels are drawn with: the page's colours, and the pictures of the channels beside them. */

import { type ReadonlySignal, useComputed, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { CoarseSheet } from "../draw/coarse";
import type { DrawPicture, Inks } from "../draw/kernelpaint";
import { coloursOf } from "../draw/tiles";
import { useScope } from "./context";

/** The colours of the page, for what is drawn on a canvas. */
export function useInks(): ReadonlySignal<Inks> {
  const { root } = useScope();
  const inks = useSignal(inksOf(root));
  useEffect(() => {
    const read = () => {
      inks.value = inksOf(root);
    };
    read();
    const observer = new MutationObserver(read);
    observer.observe(root, { attributes: true, attributeFilter: ["data-theme", "data-host"] });
    return () => observer.disconnect();
  }, [root, inks]);
  return inks;
}

function inksOf(root: HTMLElement): Inks {
  const style = getComputedStyle(root);
  const of = (name: string) => style.getPropertyValue(`--nn-${name}`).trim();
  return { ink: of("ink"), muted: of("muted"), fill: of("fill"), font: style.fontFamily };
}

/** Draws channels of the layer as the grid of channels colours them. */
export function useChannelPictures(): ReadonlySignal<DrawPicture> {
  const { store } = useScope();
  const sheet = useMemo(() => new CoarseSheet(), []);
  return useComputed<DrawPicture>(() => {
    const pictures = store.pictures.value;
    if (!pictures) return () => {};
    const { colormap, normalize } = store;
    sheet.paint(pictures, coloursOf(colormap.value, normalize.value, store.rangeOf));
    const [height, width] = pictures.tile;
    return (context, channel, box) => {
      if (channel >= pictures.channels) return;
      const fit = Math.min(box.width / width, box.height / height);
      const [wide, high] = [fit * width, fit * height];
      const { x, y } = sheet.place(channel, pictures.tile);
      context.imageSmoothingEnabled = fit < 1;
      const [left, top] = [box.x + (box.width - wide) / 2, box.y + (box.height - high) / 2];
      context.drawImage(sheet.canvas, x, y, width, height, left, top, wide, high);
    };
  });
}
