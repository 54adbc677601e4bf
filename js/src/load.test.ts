import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createLazy, provide } from "./load";

beforeEach(() => provide(null));
afterEach(() => {
  vi.restoreAllMocks();
  provide(null);
});

const code = new TextEncoder().encode("export default () => ({ STYLE: 'of the rooms' });");
const importable = () =>
  vi.spyOn(URL, "createObjectURL").mockReturnValue(`data:text/javascript,${new TextDecoder().decode(code)}`);

test("where the page imports nothing, that is said, and another try fetches nothing again", async () => {
  // Node imports no object URLs, like a page whose policy forbids it.
  const fetch = vi.fn(async () => code);
  const lazy = createLazy("rooms", fetch);
  await expect(lazy.load()).rejects.toThrow("content security policy");
  expect(lazy.problem.value).toContain("the other views work.");
  importable();
  expect((await lazy.load()).STYLE).toBe("of the rooms");
  expect(lazy.problem.value).toBe("");
  expect(fetch).toHaveBeenCalledTimes(1);
});

test("a scope that is closed while it fetches does not keep another from its rooms", async () => {
  importable();
  let close = () => {};
  const fetch = () =>
    new Promise<never>((_, reject) => {
      close = () => reject(new Error("The panel was closed."));
    });
  const [first, second] = [createLazy("rooms", fetch), createLazy("rooms", async () => code)];
  const loads = [first.load(), second.load()] as const;
  close();
  await expect(loads[0]).rejects.toThrow("closed");
  expect((await loads[1]).STYLE).toBe("of the rooms");
  expect(first.problem.value).toBe("The panel was closed.");
});

test("one scope's rooms are those of the next", async () => {
  importable();
  const rooms = await createLazy("rooms", async () => code).load();
  const fetch = vi.fn(async () => code);
  expect(await createLazy("rooms", fetch).load()).toBe(rooms);
  expect(fetch).not.toHaveBeenCalled();
});

test("a part that fails to come without a word has failed", async () => {
  const lazy = createLazy("rooms", () => Promise.reject(new Error("")));
  await expect(lazy.load()).rejects.toThrow();
  expect(lazy.problem.value).toContain("did not say why");
});
