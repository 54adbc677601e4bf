/** The whole panel: header, specimen on the left, one of the views on the right, status below. */

import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { times } from "../draw/number";
import { useEffectAtOnce } from "./atonce";
import { useScope } from "./context";
import { Enlarged } from "./enlarged";
import { Header } from "./header";
import { Notices } from "./notices";
import { Slot } from "./slot";
import { Specimen } from "./specimen";
import { StatusLine } from "./statusline";
import { Views } from "./views";

export function Panel() {
  const { store, view } = useScope();
  useRootFacts();
  useAnnouncements();
  useFullScreen();
  const { Checks } = store.tools.part.value ?? {};
  const checking = store.traits.checks.value && Checks;
  const covered = Boolean(checking) || store.enlarged.value !== null;
  const empty = store.pictures.value === null;
  const rooms = store.lazy.part.value;
  const wanting = store.wanting.part.value;
  return (
    <>
      {rooms && <style>{rooms.STYLE}</style>}
      <Slot>{({ STYLE }) => <style>{STYLE}</style>}</Slot>
      {wanting && <style>{wanting.STYLE}</style>}
      <Progress />
      <div class="nn-panel" inert={covered} aria-hidden={covered ? "true" : undefined}>
        <Header />
        <Notices />
        {empty ? <Empty /> : <Body />}
        <StatusLine />
        {view.help.value && rooms && <rooms.Help />}
      </div>
      {covered && (checking ? <Checks /> : <Enlarged />)}
      <div class="nn-unseen" role="status" aria-live="polite">
        {view.said.value}
      </div>
    </>
  );
}

function Body() {
  return (
    <div class="nn-body">
      <Specimen />
      <Views />
    </div>
  );
}

function Empty() {
  const { store } = useScope();
  const { layer, layers } = store.traits;
  const problem = store.problem.value;
  const waiting = layers.value.length === 0 ? "Looking at the network …" : `Fetching ${layer.value} …`;
  const sentence = problem ? `The pictures could not be read: ${problem}` : waiting;
  return <p class="nn-empty">{store.answering.value || problem ? sentence : "Nothing was received yet."}</p>;
}

/** A thin line along the top while an answer is late. */
function Progress() {
  const { store } = useScope();
  if (store.late.value === "") return null;
  const done = store.traits.progress.value;
  return (
    <div
      class={done === null ? "nn-progress" : "nn-progress nn-known"}
      role="progressbar"
      aria-label="Waiting for the kernel"
      aria-valuemin={0}
      aria-valuemax={1}
      aria-valuenow={done ?? undefined}
      style={done === null ? undefined : { "--done": done }}
    />
  );
}

/** Attributes of the root that tests, styles and screen readers go by. */
function useRootFacts(): void {
  const { store, view, root } = useScope();
  useEffectAtOnce(() => {
    root.setAttribute("aria-busy", String(store.awaited.value !== ""));
    root.dataset.late = store.late.value;
    root.classList.toggle("nn-full", view.full.value);
  });
  useEffectAtOnce(() => {
    const { times: count, layer } = view.painted.value;
    root.dataset.painted = String(count);
    root.dataset.layer = layer;
  });
}

/** Say which layer is shown, once its pictures are there; not again when they are drawn anew. */
function useAnnouncements(): void {
  const { store, view } = useScope();
  const last = useRef("");
  useSignalEffect(() => {
    const pictures = store.pictures.value;
    if (!pictures || pictures.layer === last.current) return;
    last.current = pictures.layer;
    const kind = store.shown.value?.kind ?? "";
    view.said.value = `${pictures.layer}, ${kind}, ${pictures.channels} channels of ${times(pictures.size)} cells`;
  });
}

/** Follow the browser's full screen, which Esc leaves without asking the panel. */
function useFullScreen(): void {
  const { view, root } = useScope();
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    document.addEventListener(
      "fullscreenchange",
      () => {
        const page = root.getRootNode() as Document | ShadowRoot;
        view.full.value = page.fullscreenElement === root;
      },
      { signal },
    );
    root.addEventListener(
      "keydown",
      (event) => {
        if (event.key !== "Escape" || (!view.full.value && !view.help.value)) return;
        event.stopPropagation();
        if (view.help.value) view.help.value = false;
        else toggleFull(root, view.full);
      },
      { signal },
    );
    return () => controller.abort();
  }, [root, view]);
}

/** Fill the screen where the page may, else the window. */
export function toggleFull(root: HTMLElement, full: { value: boolean }): void {
  if (document.fullscreenElement) void document.exitFullscreen();
  else if (!full.value && document.fullscreenEnabled) {
    root.requestFullscreen().catch(() => {
      full.value = true;
    });
  } else full.value = !full.value;
}
