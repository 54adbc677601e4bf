import { expect, test } from "vitest";
import { distanceTo, type Point } from "../draw/stroke";
import type { Edit } from "../records";
import { EditQueue, type Tip } from "./editqueue";

const TIP: Tip = { tool: "blur", radius: 8, from: null };
type Stroke = Extract<Edit, { op: "stroke" }>;

/** A kernel that answers when it is told to. */
class Kernel {
  readonly got: Edit[] = [];
  readonly done: Edit[] = [];
  readonly problems: string[] = [];
  flying = 0;
  most = 0;
  readonly queue = new EditQueue({
    send: (edit) => this.#take(edit),
    done: (last) => this.done.push(last),
    failed: (problem) => this.problems.push(problem),
  });
  #answer: ((problem?: string) => void) | null = null;

  #take(edit: Edit): Promise<void> {
    this.got.push(edit);
    this.flying += 1;
    this.most = Math.max(this.most, this.flying);
    return new Promise((resolve, reject) => {
      this.#answer = (problem) => {
        this.flying -= 1;
        this.#answer = null;
        if (problem === undefined) resolve();
        else reject(new Error(problem));
      };
    });
  }

  /** Answer what is in flight, well or with a sentence. */
  async answer(problem?: string): Promise<void> {
    this.#answer?.(problem);
    await Promise.resolve();
    await Promise.resolve();
  }

  /** Answer until there is nothing more. */
  async all(): Promise<void> {
    while (this.flying > 0) await this.answer();
  }

  get strokes(): Stroke[] {
    return this.got.filter((edit) => edit.op === "stroke");
  }
}

test("a press is sent at once, what is painted meanwhile goes as one", async () => {
  const kernel = new Kernel();
  const { queue } = kernel;
  queue.press(TIP, [10, 10]);
  expect(kernel.got).toEqual([{ op: "stroke", ...TIP, points: [[10, 10]], begin: true }]);
  queue.drag([[20, 10]]);
  queue.drag([
    [30, 10],
    [30, 40],
  ]);
  queue.lift();
  expect(kernel.got).toHaveLength(1);
  expect([queue.flying.value, queue.lag.value]).toEqual([1, 4]);
  await kernel.answer();
  // It goes on from where the last message ended; the middle of a straight line is not needed.
  expect(kernel.strokes[1]).toMatchObject({
    begin: false,
    points: [
      [10, 10],
      [30, 10],
      [30, 40],
    ],
  });
  await kernel.answer();
  expect([queue.flying.value, queue.lag.value, queue.wet.value]).toEqual([0, 0, []]);
  expect(kernel.done).toHaveLength(1);
});

test("each stroke is a step of its own, and what is wet is joined", async () => {
  const kernel = new Kernel();
  const { queue } = kernel;
  queue.press(TIP, [10, 10]);
  queue.drag([[20, 20]]);
  queue.lift();
  queue.press({ ...TIP, radius: 3 }, [50, 50]);
  queue.drag([[60, 60]]);
  expect(queue.wet.value.map(({ points, radius }) => [radius, points.length])).toEqual([
    [8, 2],
    [3, 2],
  ]);
  await kernel.all();
  expect(kernel.strokes.map(({ begin, radius }) => [begin, radius])).toEqual([
    [true, 8],
    [false, 8],
    [true, 3],
  ]);
});

test("a change that fails without a word is not done", async () => {
  const kernel = new Kernel();
  kernel.queue.post({ op: "undo" });
  await kernel.answer("");
  expect([kernel.done, kernel.problems]).toEqual([[], ["The kernel failed and did not say why."]]);
});

test("a refused stroke vanishes with all that waited, and is dead until the next press", async () => {
  const kernel = new Kernel();
  const { queue } = kernel;
  queue.press(TIP, [10, 10]);
  queue.drag([[20, 20]]);
  queue.post({ op: "undo" });
  await kernel.answer("This image cannot be edited.");
  expect(kernel.problems).toEqual(["This image cannot be edited."]);
  expect([queue.flying.value, queue.lag.value]).toEqual([0, 0]);
  queue.drag([[30, 30]]);
  expect(kernel.got).toHaveLength(1);
  queue.press(TIP, [40, 40]);
  expect(kernel.strokes[1]).toMatchObject({ begin: true, points: [[40, 40]] });
  await kernel.all();
});

test("a call-off keeps what was sent and drops the rest of its own stroke only", async () => {
  const kernel = new Kernel();
  const { queue } = kernel;
  queue.press(TIP, [1, 1]);
  queue.lift();
  queue.press(TIP, [10, 10]);
  queue.drag([[20, 20]]);
  queue.cancel();
  queue.drag([[30, 30]]);
  expect(queue.lag.value).toBe(1);
  await kernel.all();
  expect(kernel.strokes.map(({ points }) => points)).toEqual([[[1, 1]]]);
});

test("a slider sends its newest place, one step until something else is done", async () => {
  const kernel = new Kernel();
  const { queue } = kernel;
  for (const brightness of [0.1, 0.2, 0.3]) queue.slide({ op: "light", brightness, contrast: 1 });
  await kernel.answer();
  expect(queue.slid.value).toMatchObject({ brightness: 0.3 });
  await kernel.all();
  queue.slide({ op: "light", brightness: 0.3, contrast: 2 });
  await kernel.all();
  queue.slide({ op: "turn", degrees: 10 });
  await kernel.all();
  queue.post({ op: "flip", axis: "vertical" });
  await kernel.all();
  expect(queue.slid.value).toBeNull();
  queue.slide({ op: "turn", degrees: 20 });
  await kernel.all();
  expect(kernel.got).toEqual([
    { op: "light", brightness: 0.1, contrast: 1, begin: true },
    { op: "light", brightness: 0.3, contrast: 1, begin: false },
    { op: "light", brightness: 0.3, contrast: 2, begin: false },
    { op: "turn", degrees: 10, begin: true },
    { op: "flip", axis: "vertical" },
    { op: "turn", degrees: 20, begin: true },
  ]);
});

test("after another hand changed the image, what goes on begins anew", async () => {
  const kernel = new Kernel();
  const { queue } = kernel;
  queue.slide({ op: "turn", degrees: 10 });
  queue.press(TIP, [10, 10]);
  await kernel.all();
  queue.forget();
  expect(queue.slid.value).toBeNull();
  queue.drag([[20, 20]]);
  await kernel.all();
  expect(kernel.strokes.at(-1)).toMatchObject({ begin: true, points: [[20, 20]] });
});

test("when the panel goes, what was not sent never is", async () => {
  const kernel = new Kernel();
  const { queue } = kernel;
  queue.press(TIP, [10, 10]);
  queue.drag([[20, 20]]);
  queue.clear();
  queue.drag([[30, 30]]);
  await kernel.all();
  expect(kernel.got).toHaveLength(1);
});

test("files go along, one after the other", async () => {
  const files: (ArrayBuffer | undefined)[] = [];
  const queue = new EditQueue({
    async send(_, file) {
      files.push(file);
    },
    done() {},
    failed() {},
  });
  const file = new ArrayBuffer(3);
  queue.post({ op: "flip", axis: "vertical" });
  queue.post({ op: "open", name: "cat.png" }, file);
  await new Promise((resolve) => setTimeout(resolve));
  expect(files).toEqual([undefined, file]);
});

/** Numbers from 0 to 1 that are the same each time. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

test.each(Array.from({ length: 40 }, (_, i) => i + 1))("in any order of events (%i)", async (seed) => {
  const next = random(seed);
  const kernel = new Kernel();
  const { queue } = kernel;
  /** The strokes that were painted, told apart by their radius; `null` for one that is over. */
  const painted = new Map<number, Point[]>();
  let open: Point[] | null = null;
  const point = (): Point => [Math.round(next() * 224), Math.round(next() * 224)];
  for (let i = 0; i < 120; i++) {
    const dice = next();
    if (dice < 0.12) {
      const radius = painted.size + 1;
      open = [point()];
      painted.set(radius, open);
      queue.press({ ...TIP, radius }, open[0] as Point);
    } else if (dice < 0.55) {
      const points = Array.from({ length: Math.ceil(next() * 200) }, point);
      queue.drag(points);
      open?.push(...points);
    } else if (dice < 0.62) {
      queue.lift();
      open = null;
    } else if (dice < 0.68) {
      queue.post({ op: "flip", axis: "horizontal" });
      open = null;
    } else if (dice < 0.72) {
      queue.slide({ op: "turn", degrees: Math.round(next() * 90) });
      open = null;
    } else await kernel.answer();
    expect(queue.flying.value).toBe(kernel.flying);
  }
  queue.lift();
  await kernel.all();
  expect(kernel.most).toBe(1);
  expect([queue.flying.value, queue.lag.value, kernel.problems]).toEqual([0, 0, []]);
  for (const [radius, points] of painted) {
    const sent = kernel.strokes.filter((stroke) => stroke.radius === radius);
    expectWhole(sent, points, sent.length * Math.max(0.25, radius / 16));
  }
});

/** The messages of one stroke join, begin once, and leave out no more than `slack` of what was painted. */
function expectWhole(sent: readonly Stroke[], painted: readonly Point[], slack: number) {
  expect(sent.map(({ begin }) => begin)).toEqual(sent.map((_, i) => i === 0));
  for (const [i, { points }] of sent.entries()) {
    expect(points.length).toBeLessThanOrEqual(512);
    if (i > 0) expect(points[0]).toEqual(sent[i - 1]?.points.at(-1));
  }
  const way = sent.flatMap(({ points }) => points);
  const away = (point: Point) =>
    Math.min(...way.map((to, i) => distanceTo(point, way[Math.max(0, i - 1)] as Point, to)));
  for (const point of painted.filter((_, i) => i % 17 === 0))
    expect(away(point)).toBeLessThanOrEqual(slack + 1e-9);
  expect([way[0], way.at(-1)]).toEqual([painted[0], painted.at(-1)]);
}
