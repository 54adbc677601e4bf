import { expect, test } from "vitest";
import { networkPacket, resnet } from "../../demo/network";
import { createView } from "../view";
import { readNetwork } from "../wire/network";
import { decode } from "../wire/packet";
import { GraphControl } from "./graphcontrol";
import { stateOf } from "./networkstate";

const { header, body } = networkPacket(resnet([2, 1, 1, 1]));

function opened(): GraphControl {
  const network = readNetwork(decode(header, body));
  const control = new GraphControl(stateOf(createView(), network), () => {});
  control.resize({ width: 600, height: 300 });
  control.start(0);
  return control;
}

test("what was in the middle of a view stays there when it gets wider", () => {
  const control = opened();
  const middle = () => {
    const { scale = 1, x = 0 } = control.state.camera.value ?? {};
    return (control.size.value.width / 2 - x) / scale;
  };
  const before = middle();
  control.resize({ width: 300, height: 300 });
  expect(middle()).toBeCloseTo(before);
  control.resize({ width: 1000, height: 300 });
  expect(middle()).toBeCloseTo(before);
});

test("a view that was hidden for a while is seen as before", () => {
  const control = opened();
  const { camera } = control.state;
  const before = camera.value;
  control.resize({ width: 0, height: 0 });
  expect(camera.value).toBe(before);
  control.resize({ width: 600, height: 300 });
  expect(camera.value).toEqual(before);
});

test("the way it was mostly moved decides whether there was anywhere to go", () => {
  const control = opened();
  control.resize({ width: 300, height: 300 });
  control.zoom(2);
  expect(control.pan(0, -99_999)).toBe(true);
  expect(control.pan(-1, -50)).toBe(false); // a hand that is not quite straight
  expect(control.pan(-50, -1)).toBe(true);
});
