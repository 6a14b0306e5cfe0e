// Numbers decoded a few at a time are those that decoding the whole array gives, for every number type and byte order.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { npy } from "../../test/support/stored-npz.ts";
import { decodeNpy } from "./npy.ts";
import { parseNpyHeader } from "./npy-header.ts";
import { numberDecoder, numbersIn } from "./npy-numbers.ts";

const types = ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8", "c8", "c16"];
const descrs = types.flatMap((type) => (type.endsWith("1") ? [`|${type}`] : [`<${type}`, `>${type}`]));

/** Bytes of `count` elements, any bytes at all: integers of every size, NaN, infinities, subnormals. */
const anyBytes = fc.uint8Array({ minLength: 48, maxLength: 480 });

/** BigInts to float64 by the language's own rounding. */
function numbersOf(file: Uint8Array): number[] {
  const { data } = decodeNpy(file);
  return Array.from<bigint | number | string, number>(data, Number);
}

describe.each(descrs)("%s", (descr) => {
  test("any bytes, any stretch", () => {
    fc.assert(
      fc.property(anyBytes, fc.nat(), fc.nat(), (bytes, from, length) => {
        const itemBytes = Number(descr.slice(2));
        const count = Math.floor(bytes.length / itemBytes);
        const file = npy(descr, [count], bytes.slice(0, count * itemBytes));
        const header = parseNpyHeader(file);
        const expected = numbersOf(file);
        expect(numbersIn(header)).toBe(expected.length);
        const at = from % expected.length;
        const out = new Float64Array(Math.min(expected.length - at, 1 + (length % 16)));
        // An odd offset: a decoder needs no aligned memory.
        const shifted = new Uint8Array(1 + count * itemBytes).subarray(1);
        shifted.set(file.subarray(header.dataOffset));
        numberDecoder(header, shifted)(at, out);
        expect([...out]).toEqual(expected.slice(at, at + out.length));
      }),
      { seed: 11, numRuns: 40 },
    );
  });
});

test.each(["|b1", "<U4", "|S3", "<f16", "<M8"])("%s is refused: no numbers", (descr) => {
  const header = parseNpyHeader(npy(descr, [1], new Uint8Array(64)));
  expect(() => numberDecoder(header, new Uint8Array(64), { file: "x.npz", key: "a" })).toThrow(
    /x\.npz : a: does not hold numbers/,
  );
});
