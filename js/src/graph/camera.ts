/** Which part of a drawing is seen, and how large. */

import { clamp } from "../draw/layout";

/** A point of the drawing is seen at `scale` times itself plus the offset, in pixels of the screen. */
export interface Camera {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export interface Extents {
  readonly width: number;
  readonly height: number;
}

export interface Box extends Extents {
  readonly x: number;
  readonly y: number;
}

export const LARGEST = 2;
/** Smaller than this, a drawing is a hairline: of a long one only a part is seen. */
const SMALLEST = 0.08;
/** Empty room around the drawing, in pixels of the screen. */
const MARGIN = 16;

/** All of the drawing, if that can be, not enlarged. */
export function fitted(drawing: Extents, view: Extents): Camera {
  const scale = clamp(
    Math.min((view.width - 2 * MARGIN) / drawing.width, (view.height - 2 * MARGIN) / drawing.height),
    SMALLEST,
    1,
  );
  return held({ scale, x: 0, y: 0 }, drawing, view);
}

/** Larger or smaller by a factor, around a point of the screen. */
export function zoomed(camera: Camera, by: number, x: number, y: number): Camera {
  const scale = clamp(camera.scale * by, SMALLEST, LARGEST);
  const real = scale / camera.scale;
  return { scale, x: x - (x - camera.x) * real, y: y - (y - camera.y) * real };
}

/** The same, kept so that the view has something of the drawing in it; what is smaller stands in the middle. */
export function held({ scale, x, y }: Camera, drawing: Extents, view: Extents): Camera {
  const along = (offset: number, length: number, room: number) =>
    length + 2 * MARGIN <= room ? (room - length) / 2 : clamp(offset, room - length - MARGIN, MARGIN);
  return {
    scale,
    x: along(x, drawing.width * scale, view.width),
    y: along(y, drawing.height * scale, view.height),
  };
}

/** Moved just so far that a box is in sight; one that is too large shows its upper left corner. */
export function revealing(camera: Camera, box: Box, view: Extents): Camera {
  const along = (offset: number, start: number, length: number, room: number) => {
    const [lo, hi] = [MARGIN - start, room - MARGIN - start - length];
    return hi < lo ? lo : clamp(offset, lo, hi);
  };
  const { scale, x, y } = camera;
  return {
    scale,
    x: along(x, box.x * scale, box.width * scale, view.width),
    y: along(y, box.y * scale, box.height * scale, view.height),
  };
}

/** A point of the screen as one of the drawing. */
export function under({ scale, x, y }: Camera, screenX: number, screenY: number): [number, number] {
  return [(screenX - x) / scale, (screenY - y) / scale];
}

/** Part of the drawing around what is seen, in steps, so that it changes seldom while the camera moves or zooms. */
export function windowOf({ scale, x, y }: Camera, view: Extents): Box {
  // At least half a view, the same for all scales of one octave.
  const unit = 2 ** Math.floor(Math.log2(scale));
  const along = (offset: number, room: number) => {
    const step = room / 2 / unit;
    return [Math.floor(-offset / scale / step - 0.5) * step, 4 * step] as const;
  };
  const [left, width] = along(x, view.width);
  const [top, height] = along(y, view.height);
  return { x: left, y: top, width, height };
}

export function meets(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
