// Philox4x32-10 gives the known answers of Random123 and agrees with its definition in BigInt.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { philox4x32 } from "./philox.ts";

type Words = readonly [number, number, number, number];

function block([c0, c1, c2, c3]: Words, [k0, k1]: readonly [number, number]): number[] {
  const out = new Uint32Array(4);
  philox4x32(c0, c1, c2, c3, k0, k1, out);
  return Array.from(out);
}

describe("philox4x32-10", () => {
  // Known answers of Random123 1.14, tests/kat_vectors, "philox4x32 10".
  test.each<{ name: string; counter: Words; key: [number, number]; answer: number[] }>([
    {
      name: "zeros",
      counter: [0, 0, 0, 0],
      key: [0, 0],
      answer: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    },
    {
      name: "ones",
      counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      key: [0xffffffff, 0xffffffff],
      answer: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    },
    {
      name: "digits of pi",
      counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      key: [0xa4093822, 0x299f31d0],
      answer: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    },
  ])("gives Random123's known answer for $name", ({ counter, key, answer }) => {
    expect(block(counter, key)).toEqual(answer);
  });

  test("agrees with the definition in BigInt for any counter and key", () => {
    const word = fc.nat(0xffffffff);
    fc.assert(
      fc.property(fc.tuple(word, word, word, word), fc.tuple(word, word), (counter, key) => {
        expect(block(counter, key)).toEqual(definition(counter, key));
      }),
      { numRuns: 200 },
    );
  });
});

/** Salmon et al. 2011, section 5: 64-bit products, no tricks. */
function definition(counter: readonly number[], key: readonly number[]): number[] {
  const mask = 0xffffffffn;
  let [a, b, c, d] = counter.map(BigInt) as [bigint, bigint, bigint, bigint];
  let [k, l] = key.map(BigInt) as [bigint, bigint];
  for (let round = 0; round < 10; round++) {
    const first = a * 0xd2511f53n;
    const second = c * 0xcd9e8d57n;
    [a, b, c, d] = [(second >> 32n) ^ b ^ k, second & mask, (first >> 32n) ^ d ^ l, first & mask];
    k = (k + 0x9e3779b9n) & mask;
    l = (l + 0xbb67ae85n) & mask;
  }
  return [a, b, c, d].map(Number);
}
