// A .npy file as a tree: rows of every order and place, and what is refused before memory is taken.

import fc from "fast-check";
import { expect, test } from "vitest";
import { bytesSource } from "./byte-source.ts";
import { encodeNpy } from "./npy.ts";
import { npyTree } from "./npy-tree.ts";

/** The bytes of a .npy file, whose elements lie as they are given. */
function npyOf(shape: readonly number[], data: Float64Array, isFortran: boolean): Uint8Array {
  const bytes = Buffer.from(encodeNpy({ dtype: "float64", shape, data }));
  // Of the same length: the header's own spaces make room.
  const text = bytes.toString("latin1").replace("False", isFortran ? "True " : "False");
  return Buffer.from(text, "latin1");
}

test("rows are those of the whole, in both orders", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      fc.nat(),
      fc.nat(),
      async (shape, isFortran, from, many) => {
        const size = shape.reduce((product, n) => product * n, 1);
        const data = Float64Array.from({ length: size }, (_, i) => i + 0.5);
        const tree = await npyTree(bytesSource(npyOf(shape, data, isFortran), "a.npy"));
        const node = tree.find("/array")!;
        const first = from % shape[0]!;
        const count = many % (shape[0]! - first + 1);
        const whole = await node.read();
        const rows = await node.readRows(first, count);
        const rowSize = size / shape[0]!;
        expect(rows.shape).toEqual([count, ...shape.slice(1)]);
        expect([...rows.data]).toEqual([...whole.data].slice(first * rowSize, (first + count) * rowSize));
        // Element (0, …, 0, 1) of Fortran's order is a whole plane away.
        const step = isFortran ? size / shape.at(-1)! : 1;
        if (shape.at(-1)! > 1) expect(whole.data[1]).toBe(0.5 + step);
      },
    ),
    { seed: 5, numRuns: 200 },
  );
});

test("a truncated file, a large array and absent rows are refused", async () => {
  const bytes = npyOf([4, 3], new Float64Array(12), false);
  await expect(npyTree(bytesSource(bytes.subarray(0, -1), "a.npy"))).rejects.toThrow(/a\.npy.*does not fit/u);
  const limited = await npyTree(bytesSource(bytes, "a.npy"), { maxArrayBytes: 95 });
  await expect(limited.find("array")!.read()).rejects.toThrow(/at most 95 bytes.*got 96/u);
  await expect(limited.find("array")!.readRows(2, 3)).rejects.toThrow(/no such rows.*\(4, 3\).*2 to 4/u);
  expect(limited.find("/other")).toBeUndefined();
});
