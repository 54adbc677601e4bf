/** A canvas for environments that have none: it remembers what was drawn, and draws nothing. */

class StubImageData {
  readonly data: Uint8ClampedArray;
  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.data = new Uint8ClampedArray(width * height * 4);
  }
}

function stubContext(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = {
    canvas,
    createImageData: (width: number, height: number) => new StubImageData(width, height),
    getTransform: () => ({ a: 1 }),
    measureText: (text: string) => ({ width: 6 * text.length }),
  };
  const drawing = new Proxy(context, {
    get: (target, name) => (name in target ? Reflect.get(target, name) : () => undefined),
    set: () => true,
  });
  return drawing as unknown as CanvasRenderingContext2D;
}

Object.defineProperty(HTMLCanvasElement.prototype, "getContext", {
  configurable: true,
  value(this: HTMLCanvasElement) {
    return stubContext(this);
  },
});
