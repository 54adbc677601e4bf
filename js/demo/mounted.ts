/** The widget in a page without layout: elements get the sizes they would have. */

import { provide } from "../src/load";
import type { HostModel } from "../src/model";
import * as rooms from "../src/rooms";
import * as tools from "../src/tools";
import * as wanting from "../src/wanting";
import widget from "../src/widget";
import { fakeScope, type Specimen } from "./fakekernel";
import { type FakeModel, handed } from "./fakemodel";

const SIZES = { clientWidth: 670, clientHeight: 420, offsetWidth: 670 };

/** Give every element a size, for environments that lay nothing out, and have the rooms at hand. */
export function pretendLayout(): void {
  provide({ rooms, tools, wanting });
  for (const [name, value] of Object.entries(SIZES)) {
    Object.defineProperty(HTMLElement.prototype, name, { configurable: true, get: () => value });
  }
}

export interface Mounted {
  readonly model: FakeModel;
  readonly root: HTMLElement;
  /** The first element of a role with an accessible name that starts so. */
  find(role: string, name?: string): HTMLElement;
  all(role: string): HTMLElement[];
  press(target: Element, key: string, more?: KeyboardEventInit): void;
  type(target: HTMLElement, text: string): void;
  /** Wait until what was changed is drawn. */
  settle(): Promise<void>;
  unmount(): void;
}

const NATIVE: Record<string, string> = {
  slider: "[role=slider],input[type=range]",
  combobox: "[role=combobox],select",
};

const widgets = new WeakMap<HostModel, ReturnType<typeof widget>>();

export function mountWidget(specimen: Specimen, model = fakeScope(specimen)): Mounted {
  const el = document.createElement("div");
  document.body.append(el);
  const { initialize, render } = widgets.get(model) ?? widget();
  widgets.set(model, { initialize, render });
  const close = initialize({ model: handed(model) });
  const unrender = render({ model: handed(model), el });
  const root = el.querySelector<HTMLElement>("[role=region]");
  if (!root) throw new Error("The widget drew nothing.");
  const all = (role: string) => [
    ...root.querySelectorAll<HTMLElement>(NATIVE[role] ?? `[role=${role}],${role}`),
  ];
  return {
    model,
    root,
    all,
    find(role, name = "") {
      const named = all(role).find((element) => (element.getAttribute("aria-label") ?? "").startsWith(name));
      if (!named) throw new Error(`There is no ${role} "${name}".`);
      return named;
    },
    press(target, key, more) {
      target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
    },
    type(target, text) {
      (target as HTMLInputElement).value = text;
      target.dispatchEvent(new Event("input", { bubbles: true }));
    },
    async settle() {
      // A change may ask for another frame, an effect for one more: each runs before ours.
      for (let frame = 0; frame < 4; frame++) {
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 10)));
      }
    },
    unmount() {
      unrender();
      close();
      el.remove();
    },
  };
}
