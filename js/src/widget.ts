/** The widget: connects a host's model to the panel. Wiring only. */

import { computed, effect } from "@preact/signals";
import { createAnswers } from "./answers";
import type { Lazy, Parts, Tools } from "./findings";
import { createLazy } from "./load";
import type { HostModel } from "./model";
import { createPresence } from "./presence";
import { PATIENCE } from "./requests";
import { createStore, type Detail, type Store, watch } from "./state";
import { connect, type Sync } from "./sync";
import { createView } from "./view";
import { mount } from "./views/mount";
import { readCode } from "./wire";

interface Connection {
  readonly store: Store;
  /** A view came; returns what to call when it goes. */
  readonly view: () => () => void;
  close(): void;
}

function open(model: HostModel): Connection {
  const controller = new AbortController();
  const sync = connect(model, controller.signal);
  const lazy = createLazy("rooms", () => fetchCode("rooms", sync, controller.signal));
  const tools = createLazy("tools", () => fetchCode("tools", sync, controller.signal));
  const wanting = createLazy("wanting", () => fetchCode("wanting", sync, controller.signal));
  const detail = detailOf(tools, sync, controller.signal);
  const answers = createAnswers(sync.request, lazy, tools);
  const wishes = computed(() => wanting.part.value?.createWishes(sync, controller.signal) ?? null);
  const store = createStore(sync, { detail, lazy, tools, wanting, answers, wishes });
  const stop = watch(store, PATIENCE);
  const stopTools = effect(() => {
    // Not before the first picture, for which nothing should wait.
    if (sync.pictures.value && sync.answering.value) tools.load().catch(() => {}); // whatever wants them tells
  });
  const stopAhead = effect(() => {
    tools.part.value?.fetchAhead(sync, controller.signal);
  });
  // `crypto.randomUUID` is missing where a page is not secure.
  const page = Math.random().toString(36).slice(2);
  return {
    store,
    view: createPresence((views) => sync.shown(page, views), controller.signal),
    close() {
      stop();
      stopTools();
      stopAhead();
      controller.abort();
    },
  };
}

/** Finer pictures are the tools': until those have come, there are none. */
function detailOf({ part }: Lazy<Tools>, { request, pictures }: Sync, until: AbortSignal): Detail {
  const pulled = computed(() => part.value?.createDetail(request, () => pictures.peek(), until));
  return {
    version: computed(() => pulled.value?.version.value ?? 0),
    native: (channel) => pulled.value?.native(channel),
    exact: (channel) => pulled.value?.exact(channel),
    want: (channels) => pulled.value?.want(channels),
    wantExact: (channel) => pulled.value?.wantExact(channel),
    forgive: () => pulled.value?.forgive(),
  };
}

async function fetchCode(what: keyof Parts, sync: Sync, until: AbortSignal): Promise<Uint8Array> {
  return readCode(await sync.request({ what, epoch: 0, layer: "", channels: [] }, until), what);
}

/** What a host hands over; `signal` only since anywidget 0.11. */
interface Props {
  readonly model: HostModel;
  readonly signal?: AbortSignal;
}

/**
 * The widget of one model: hosts call this once for each, and then hand a new object for it to every other call,
 * so that only this tells that they are about the same model. It has one connection, whatever the number of views.
 */
export default function widget() {
  let connection: Connection | null = null;
  const connected = (model: HostModel): Connection => {
    connection ??= open(model);
    return connection;
  };

  function initialize({ model, signal }: Props): () => void {
    const own = connected(model);
    const close = () => {
      own.close();
      if (connection === own) connection = null;
    };
    signal?.addEventListener("abort", close, { once: true });
    return close;
  }

  function render({ model, el, signal }: Props & { readonly el: HTMLElement }): () => void {
    const { store, view } = connected(model);
    const unmount = mount(el, store, createView());
    const leave = view();
    const unrender = () => {
      unmount();
      leave();
    };
    signal?.addEventListener("abort", unrender, { once: true });
    return unrender;
  }

  return { initialize, render };
}
