/** A model like anywidget's, with no host behind it. */

import type { HostCallback, HostModel } from "../src/model";

export class FakeModel implements HostModel {
  readonly state: Map<string, unknown>;
  /** Every message sent to the kernel, oldest first. */
  readonly sent: unknown[] = [];
  /** How often changes were saved. */
  saves = 0;
  /** What stands in for the kernel. */
  onSend: (content: unknown, buffers?: readonly ArrayBuffer[]) => void = () => {};
  onSave: (changed: string[]) => void = () => {};
  /** Some of what the kernel does by itself, where it takes no time otherwise. */
  tick: () => void = () => {};
  /** What Jupyter's hosts tell of the kernel. */
  widget_manager: { kernel: { status: string } } = { kernel: { status: "idle" } };
  readonly #listeners = new Map<string, Set<HostCallback>>();
  #unsaved: string[] = [];

  constructor(traits: Record<string, unknown> = {}) {
    this.state = new Map(Object.entries(traits));
  }

  get(name: string): unknown {
    return this.state.get(name);
  }

  set(name: string, value: unknown): void {
    if (Object.is(this.state.get(name), value)) return;
    this.state.set(name, value);
    this.#unsaved.push(name);
    this.#call(`change:${name}`);
  }

  save_changes(): void {
    this.saves += 1;
    const changed = this.#unsaved;
    this.#unsaved = [];
    this.onSave(changed);
  }

  on(event: string, callback: HostCallback): void {
    const known = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, known.add(callback));
  }

  off(event: string, callback: HostCallback): void {
    this.#listeners.get(event)?.delete(callback);
  }

  send(content: unknown, _callbacks?: unknown, buffers?: readonly ArrayBuffer[]): void {
    this.sent.push(content);
    this.onSend(content, buffers);
  }

  /** Traits set from Python: all values first, then the events, as hosts do it. */
  receive(traits: Record<string, unknown>): void {
    for (const [name, value] of Object.entries(traits)) this.state.set(name, value);
    for (const name of Object.keys(traits)) this.#call(`change:${name}`);
  }

  /** A custom message from Python. */
  message(content: unknown, buffers: DataView[] = []): void {
    this.#call("msg:custom", content, buffers);
  }

  get listeners(): number {
    return [...this.#listeners.values()].reduce((sum, set) => sum + set.size, 0);
  }

  #call(event: string, content?: unknown, buffers?: unknown): void {
    for (const callback of [...(this.#listeners.get(event) ?? [])]) callback(content, buffers);
  }
}

/** The model as anywidget hands it to `initialize` and to each `render`: a new object every time. */
export function handed(model: HostModel): HostModel {
  return {
    get: model.get.bind(model),
    set: model.set.bind(model),
    save_changes: model.save_changes.bind(model),
    send: model.send.bind(model),
    on: model.on.bind(model),
    off: model.off.bind(model),
    ...(model.widget_manager && { widget_manager: model.widget_manager }),
  };
}
