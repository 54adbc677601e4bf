/** The demo page: the real widget, on a recording or on made-up ripples, with no kernel. */

import "../src/widget.css";
import { provide } from "../src/load";
import * as rooms from "../src/rooms";
import * as tools from "../src/tools";
import * as wanting from "../src/wanting";
import widget from "../src/widget";
import { fakeScope } from "./fakekernel";
import { recorded } from "./recording";
import { madeUp } from "./specimen";

const wish = new URLSearchParams(location.search);
if (!wish.has("unfetched")) provide({ rooms, tools, wanting });
const specimen = (wish.has("ripples") ? null : await recorded("recording.json")) ?? madeUp();
const traits = { ...specimen.traits, ...JSON.parse(wish.get("traits") ?? "{}") };
const model = fakeScope({ ...specimen, traits }, Number(wish.get("delay") ?? 30));
const el = document.getElementById("scope");
if (wish.get("theme") === "dark") document.documentElement.className = "dark";
if (el) {
  el.style.width = wish.get("width") ?? "";
  const { initialize, render } = widget();
  initialize({ model });
  render({ model, el });
}
Object.assign(globalThis, { model });
