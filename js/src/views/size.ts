/** How large an element is on the screen, and when that changes. */

import { type ReadonlySignal, signal } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect, useMemo } from "preact/hooks";

export interface Size {
  readonly width: number;
  readonly height: number;
  /** Width that the scroll bar takes. */
  readonly gutter: number;
  /** Grows whenever pixels may have been lost: the element was out of sight, or the screen changed. */
  readonly turn: number;
}

/** The content box of an element in CSS pixels; 0 × 0 until it is laid out. */
export function useSize(ref: RefObject<HTMLElement>): ReadonlySignal<Size> {
  const size = useMemo(() => signal<Size>({ width: 0, height: 0, gutter: 0, turn: 0 }), []);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    const measure = () => {
      const { clientWidth: width, clientHeight: height, clientLeft: border, offsetWidth } = element;
      const gutter = Math.max(0, offsetWidth - width - 2 * border);
      // An element out of sight measures nothing; what it showed last is still right.
      if (width > 0 && height > 0) size.value = { width, height, gutter, turn: size.peek().turn + 1 };
    };
    measure();
    const resize = new ResizeObserver(measure);
    const sight = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && measure(),
    );
    resize.observe(element);
    sight.observe(element);
    return () => {
      resize.disconnect();
      sight.disconnect();
    };
  }, [ref, size]);
  return size;
}
