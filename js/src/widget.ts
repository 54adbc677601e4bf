/** The widget: connects a host's model to the panel. Wiring only. */

import { fetchAhead } from "./ahead";
import { createDetail } from "./detail";
import type { HostModel } from "./model";
import { PATIENCE } from "./requests";
import { createStore, createView, type Store, watch } from "./state";
import { connect } from "./sync";
import { mount } from "./views/mount";

interface Connection {
  readonly store: Store;
  close(): void;
}

/** One connection per model, whatever the number of its views. */
const connections = new WeakMap<HostModel, Connection>();

function open(model: HostModel): Connection {
  const known = connections.get(model);
  if (known) return known;
  const controller = new AbortController();
  const sync = connect(model, controller.signal);
  fetchAhead(sync, controller.signal);
  const detail = createDetail(sync.request, () => sync.pictures.peek(), controller.signal);
  const store = createStore(sync, detail);
  const stop = watch(store, PATIENCE);
  const connection = {
    store,
    close() {
      stop();
      controller.abort();
      connections.delete(model);
    },
  };
  connections.set(model, connection);
  return connection;
}

/** What a host hands over; `signal` only since anywidget 0.11. */
interface Props {
  readonly model: HostModel;
  readonly signal?: AbortSignal;
}

function initialize({ model, signal }: Props): () => void {
  const { close } = open(model);
  signal?.addEventListener("abort", close, { once: true });
  return close;
}

function render({ model, el, signal }: Props & { readonly el: HTMLElement }): () => void {
  const unmount = mount(el, open(model).store, createView());
  signal?.addEventListener("abort", unmount, { once: true });
  return unmount;
}

export default { initialize, render };
