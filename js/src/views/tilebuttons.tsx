/** The buttons of a channel: on its tile, and in the enlarged view. */

import { useComputed } from "@preact/signals";
import { canSilence, isPinned, isSilenced, pin, silence, unitFor } from "./channelacts";
import { useScope } from "./context";
import { Glyph } from "./glyph";

interface Props {
  readonly channel: number;
}

/** On a tile: there while the tile is pointed at or has the focus, and always where it is silenced. */
export function TileButtons({ channel, index }: Props & { readonly index: number }) {
  const { store, view } = useScope();
  // Of all tiles only those that gain or lose their buttons are drawn anew.
  const near = useComputed(() => view.hover.value?.channel === channel || view.focus.value === index);
  const silenced = isSilenced(store, channel);
  return (
    <>
      {(near.value || silenced) && <SilenceButton channel={channel} place="nn-tilebutton nn-atop" />}
      {near.value && <PinButton channel={channel} place="nn-tilebutton nn-below" />}
    </>
  );
}

/** In the enlarged view. */
export function ChannelButtons({ channel }: Props) {
  return (
    <>
      <SilenceButton channel={channel} place="nn-button" inTurn />
      <PinButton channel={channel} place="nn-button" inTurn />
    </>
  );
}

interface ButtonProps extends Props {
  readonly place: string;
  /** Whether it is a tab stop: the tiles have their keys. */
  readonly inTurn?: boolean;
}

function SilenceButton({ channel, place, inTurn = false }: ButtonProps) {
  const { store, view } = useScope();
  if (!canSilence(store)) return null;
  return (
    <button
      type="button"
      class={place}
      aria-label={`Silence channel ${channel}`}
      aria-pressed={isSilenced(store, channel)}
      title="Silence the channel (x); with Shift, all but this one"
      tabIndex={inTurn ? 0 : -1}
      {...quiet}
      onClick={(event) => {
        event.stopPropagation();
        silence(store, view, channel, event.shiftKey);
      }}
    >
      <Glyph name="silence" />
    </button>
  );
}

function PinButton({ channel, place, inTurn = false }: ButtonProps) {
  const { store, view } = useScope();
  return (
    <button
      type="button"
      class={place}
      aria-label={`Pin channel ${channel}`}
      aria-pressed={isPinned(store, channel)}
      title="Hold the channel in sight (p)"
      tabIndex={inTurn ? 0 : -1}
      {...quiet}
      onClick={(event) => {
        event.stopPropagation();
        pin(store, view, unitFor(store, channel));
      }}
    >
      <Glyph name="pin" />
    </button>
  );
}

/** What is around a button does not hear of it: neither is the focus taken from a tile, nor is it enlarged. */
const quiet = {
  onMouseDown: (event: MouseEvent) => event.preventDefault(),
  onKeyDown: (event: KeyboardEvent) => {
    if (event.key === "Enter" || event.key === " ") event.stopPropagation();
  },
};
