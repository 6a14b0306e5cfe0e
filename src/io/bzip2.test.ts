// What python compressed comes back, and damaged or oversized streams are tagged errors.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isDoselapError } from "../errors.ts";
import { decompressBzip2, isBzip2 } from "./bzip2.ts";

const fixtures = join(import.meta.dirname, "../../fixtures/npy");
const packed = readFileSync(join(fixtures, "stored.npz.bz2"));
const content = readFileSync(join(fixtures, "stored.npz"));
const limits = { file: "x.bz2", maxBytes: 1 << 20 };
const unpacked = (bytes: Uint8Array): Buffer => Buffer.from(decompressBzip2(bytes, limits));

describe("bzip2", () => {
  test("what python compressed comes back", () => {
    expect(unpacked(packed).equals(content)).toBe(true);
  });

  test("concatenated streams come back as one, as bunzip2 does", () => {
    expect(unpacked(Buffer.concat([packed, packed])).equals(Buffer.concat([content, content]))).toBe(true);
  });

  test("only the magic bytes make a bzip2 stream", () => {
    expect([packed, Buffer.from("BZh0...."), Buffer.from("BZ"), content].map(isBzip2)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  test("more than the limit stops with an error that names the file", () => {
    expect(() => decompressBzip2(packed, { file: "x.bz2", maxBytes: 100 })).toThrow(
      /x\.bz2: decompresses to more/,
    );
  });

  test("a file cut anywhere is a doselap error", () => {
    for (let length = 4; length < packed.length; length++) {
      expect(() => unpacked(packed.subarray(0, length)), `cut after ${length} bytes`).toThrow(/^x\.bz2: /);
    }
  });

  test("flipped bits are found by the checksums", () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: packed.length - 1 }), fc.nat(7), (at, bit) => {
        const bytes = Buffer.from(packed);
        bytes[at]! ^= 1 << bit;
        let result: unknown;
        try {
          result = unpacked(bytes);
        } catch (error) {
          result = error;
        }
        // The last byte may have bits that mean nothing.
        expect(isDoselapError(result, "Format") || (Buffer.isBuffer(result) && result.equals(content))).toBe(
          true,
        );
      }),
      { seed: 6, numRuns: 300 },
    );
  });
});
