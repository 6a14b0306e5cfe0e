// Numbers and facts come back exactly.

import { expect, test } from "vitest";
import { packState, unpackState } from "./kept-state.ts";

test("facts and arrays come back exactly, wherever the bytes lie", () => {
  const facts = { link: 1, lines: ["λ = 1\n"], none: null };
  const arrays = {
    own: Float32Array.of(1.5, NaN, -0, Infinity),
    "mean λ": Float64Array.of(0.1, -0, NaN, 5e-324),
    part: Float64Array.of(1, 2, 3).subarray(1, 2),
    empty: new Float32Array(0),
  };
  const packed = packState({ facts, arrays });
  const shifted = new Uint8Array(packed.length + 3);
  shifted.set(packed, 3);
  for (const bytes of [packed, shifted.subarray(3)]) expect(unpackState(bytes)).toEqual({ facts, arrays });
});

test("bytes that are none are a Format error", () => {
  const packed = packState({ facts: {}, arrays: { a: Float64Array.of(1, 2) } });
  for (const bytes of [
    new Uint8Array(0),
    Uint8Array.of(9, 0, 0, 0, 1),
    packed.subarray(0, packed.length - 1),
  ])
    expect(() => unpackState(bytes)).toThrow(expect.objectContaining({ _tag: "Format" }));
});
