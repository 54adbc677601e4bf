import { expect, test } from "vitest";
import { regionPacket } from "../../demo/channels";
import { layerPacket } from "../../demo/packets";
import { makeLayer } from "../../demo/specimen";
import { readLayer } from "../wire";
import { readAnswer } from "../wire/compared";
import { decode } from "../wire/packet";
import { respondingOf } from "./responding";

const layer = makeLayer("conv", "Conv2d", "convolution", 20, 14);
const { header, body } = layerPacket(layer);
const pictures = readLayer(header, body);
const packet = regionPacket([layer], layer, [40, 40, 120, 120]);
const inquiry = { what: "region", epoch: 0, layer: "conv", channels: [] } as const;
const ranking = readAnswer(inquiry, decode({ ...packet.header, epoch: 0 }, packet.body));

test("channels fall by score; those without one are left out", () => {
  const rows = respondingOf(ranking, pictures, 60);
  const scores = rows.map(({ score }) => score);
  expect(scores).toEqual([...scores].sort((a, b) => b - a));
  // Channel 3 is dead and channel 5 constant: neither has a deviation.
  expect(rows.map(({ channel }) => channel).sort((a, b) => a - b)).toEqual(
    [...Array(20).keys()].filter((channel) => channel !== 3 && channel !== 5),
  );
  expect(rows.filter(({ inside }) => inside !== undefined)).toHaveLength(3);
});

test("at most so many", () => {
  expect(respondingOf(ranking, pictures, 4)).toHaveLength(4);
});

test("of another layer nothing is known", () => {
  expect(respondingOf(ranking, { ...pictures, layer: "other" }, 60)).toEqual([]);
});
