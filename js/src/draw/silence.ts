/** Which channels are silenced, as the trait writes it: `layer4.1[14,47]`, or all but some, `layer4.1[~14]`. */

export interface Silence {
  readonly layer: string;
  /** Rising, each once. */
  readonly channels: readonly number[];
  /** Whether these are the only ones that sound. */
  readonly except: boolean;
}

// The name of a layer may hold brackets of its own: only the last ones are ours.
const SILENCE = /^(.+)\[(~?)(\d+(?:,\d+)*)\]$/s;

/** What was read last: every tile asks, and thousands of channels may be named. */
let last: { readonly text: string; readonly silence: Silence | null } = { text: "", silence: null };

/** What a text silences; `null` for nothing. */
export function silenceOf(text: string): Silence | null {
  if (text !== last.text) last = { text, silence: read(text) };
  return last.silence;
}

function read(text: string): Silence | null {
  const [, layer, except, list = ""] = SILENCE.exec(text) ?? [];
  if (layer === undefined) return null;
  return { layer, channels: sorted(list.split(",").map(Number)), except: except === "~" };
}

export function silenceText({ layer, channels, except }: Silence): string {
  return `${layer}[${except ? "~" : ""}${channels.join(",")}]`;
}

/** Whether a channel is silenced. */
export function has(silence: Silence | null, layer: string, channel: number): boolean {
  return silence?.layer === layer && silence.channels.includes(channel) !== silence.except;
}

/** The text with one more channel silenced, or one less, of a layer of `count`; another layer's are brought back. */
export function toggle(text: string, layer: string, channel: number, count: number): string {
  const silence = silenceOf(text);
  if (silence?.layer !== layer) return silenceText({ layer, channels: [channel], except: false });
  const { channels, except } = silence;
  const others = channels.filter((other) => other !== channel);
  const next = others.length < channels.length ? others : sorted([...channels, channel]);
  if (next.length > 0)
    return except && next.length >= count ? "" : silenceText({ layer, channels: next, except });
  // "All but none" cannot be written: all are named.
  return except ? silenceText({ layer, channels: [...Array(count).keys()], except: false }) : "";
}

/** The text that silences all of `count` channels but one; "" where it does already, or there are no others. */
export function only(text: string, layer: string, channel: number, count: number): string {
  const next = silenceText({ layer, channels: [channel], except: true });
  return next === text || count < 2 ? "" : next;
}

/** How many of `count` channels are silenced. */
export function countOf({ channels, except }: Silence, count: number): number {
  const named = channels.filter((channel) => channel < count).length;
  return except ? count - named : named;
}

function sorted(channels: readonly number[]): number[] {
  return [...new Set(channels)].sort((a, b) => a - b);
}
