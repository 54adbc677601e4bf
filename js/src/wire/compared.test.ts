import { expect, test } from "vitest";
import { encode } from "../../demo/packets";
import { readEffects } from "./compared";

test("the last bits of a score are no effect of a channel", () => {
  const effects = Float32Array.of(0.5, 9.5e-7, -9.5e-7, 2e-5, Number.NaN);
  const facts = { epoch: 0, layer: "a", target: 3, unit: "", what: "logit of cat", whole: 8, done: 0.8 };
  const { header, body } = encode("effects", facts, { effects });
  expect([...readEffects(header, body).effects]).toEqual([...Float32Array.of(0.5, 0, 0, 2e-5, Number.NaN)]);
});
