// Frames along the last axis are read once, whatever block of them is asked for, in any axes; a signal is heard meanwhile; what is absurd
// is refused before it is allocated.

import { expect, test } from "vitest";
import { openHdf5Tree } from "../hdf5/tree.ts";
import type { ArrayNode } from "../tree.ts";
import { framesOf } from "./frames-of.ts";

// Made by h5py: fixtures/make_hdf5_edge_goldens.py. Frame m, pixel (y, x) = 100 m + 10 y + x, 40 frames of 8 × 8.
const path = new URL("../../../fixtures/hdf5-edge/frames-last.h5", import.meta.url).pathname;
const frame = (m: number, isTurned = false): number[] =>
  Array.from({ length: 64 }, (_, i) => {
    const [a, b] = [Math.floor(i / 8), i % 8];
    return 100 * m + (isTurned ? 10 * b + a : 10 * a + b);
  });

async function withNode(use: (node: ArrayNode, reads: number[]) => Promise<void>): Promise<void> {
  const tree = await openHdf5Tree(path);
  const reads: number[] = [];
  try {
    const node = tree.find("/d")!;
    const counting: ArrayNode = {
      ...node,
      readRows(first, count) {
        reads.push(first);
        return node.readRows(first, count);
      },
    };
    await use(counting, reads);
  } finally {
    await tree.close();
  }
}
const options = { file: path, domain: "counts" } as const;

test.each(["HWM", "WHM"] as const)(
  "%s: blocks hold their frames, and the array is read once",
  async (axes) => {
    await withNode(async (node, reads) => {
      const frames = framesOf(node, { ...options, axes, selection: { first: 3, count: 30 } });
      for (const first of [0, 10, 20]) {
        const expected = Array.from({ length: 10 }, (_, m) => frame(3 + first + m, axes === "WHM")).flat();
        expect([...(await frames.read(first, 10))]).toEqual(expected);
      }
      expect(reads).toEqual([0]);
    });
  },
);

test("without a file that hears of its end, the same frames", async () => {
  await withNode(async (node) => {
    const frames = framesOf({ ...node, whenClosed: undefined }, { ...options, axes: "HWM" });
    expect([...(await frames.read(38, 2))]).toEqual([...frame(38), ...frame(39)]);
  });
});

test("a signal ends the reading", async () => {
  await withNode(async (node, reads) => {
    const frames = framesOf(node, { ...options, axes: "HWM" });
    await expect(frames.read(0, 1, AbortSignal.abort())).rejects.toThrow(/stopped while/u);
    expect(reads).toEqual([]);
  });
});

test("frames larger than any detector are refused before they are allocated, kinds that are not read are named", async () => {
  await withNode(async (node) => {
    const absurd = { ...node, shape: [1_000_000, 100_000, 100_000] };
    expect(() => framesOf(absurd, { ...options, axes: "MHW" })).toThrow(
      /at most 67108864 pixels.*100000 × 100000/u,
    );
    const long = { ...node, dtype: undefined, typeName: "float128" };
    expect(() => framesOf(long, { ...options, axes: "HWM" })).toThrow(
      /kind that is not read.*float128.*float64/u,
    );
  });
});
