// Chunks whose codec the HDF5 library lacks are decompressed to what h5py wrote; damaged ones are refused, and the filter is named.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ArrayNode, ArrayTree } from "../tree.ts";
import { openHdf5Tree } from "./tree.ts";

// Made by h5py: fixtures/make_hdf5_edge_goldens.py.
const path = new URL("../../../fixtures/hdf5-edge/codecs.h5", import.meta.url).pathname;
let tree: ArrayTree;
let folder: string;
beforeAll(async () => {
  tree = await openHdf5Tree(path);
  folder = await mkdtemp(join(tmpdir(), "doselap-codecs-"));
});
afterAll(async () => {
  await tree.close();
  await rm(folder, { recursive: true });
});

function nodeAt(name: string, from = tree): ArrayNode {
  const node = from.find(`/${name}`);
  if (node === undefined) throw new Error(`${name} is not there`);
  return node;
}

/** 0, 1, 2, … of 10 × 9 × 7. */
const counted = (first: number, rows: number): number[] =>
  Array.from({ length: 63 * rows }, (_, i) => 63 * first + i);

const names = [
  "bitshuffle-zstd",
  "bitshuffle-zstd-blocks",
  ...["zlib", "snappy"].flatMap((codec) => [0, 1, 2].map((shuffle) => `blosc-${codec}-${shuffle}`)),
  "bitshuffle-bare",
  "bitshuffle-bare-blocks",
  "squeezed",
  "big-endian",
  "checked",
];

describe.each(names)("%s", (name) => {
  test("whole, and rows across chunks", async () => {
    const whole = await nodeAt(name).read();
    expect(whole.shape).toEqual([10, 9, 7]);
    expect([...(whole.data as Uint16Array)]).toEqual(counted(0, 10));
    const rows = await nodeAt(name).readRows(2, 5);
    expect(rows.shape).toEqual([5, 9, 7]);
    expect([...(rows.data as Uint16Array)]).toEqual(counted(2, 5));
    await expect(nodeAt(name).readRows(8, 3)).rejects.toThrow(/no such rows/u);
  });
});

test("chunks that were never written hold the fill value", async () => {
  const { data } = await nodeAt("part").read();
  expect([...(data as Uint16Array)]).toEqual([...counted(0, 5).map(() => 7), ...counted(5, 5)]);
});

test("a damaged chunk is refused with its place, and the next file is read", async () => {
  const bytes = await readFile(path);
  const spoilt = Buffer.from(bytes);
  // The magic number of a zstd frame.
  for (let at = 0; at >= 0; at = bytes.indexOf("28b52ffd", at + 1, "hex"))
    if (at > 0) spoilt.fill(0, at, at + 4);
  // Of a blosc chunk with zlib (flags of its header: codec 3 in the upper bits, not merely copied) what is compressed.
  for (let at = 0; at + 16 < bytes.length; at++) {
    const isBlosc = bytes[at] === 2 && bytes[at + 2]! >> 5 === 3 && (bytes[at + 2]! & 2) === 0;
    if (isBlosc && bytes.readUInt32LE(at + 4) === 1260) spoilt.fill(0xff, at + 60, at + 90);
  }
  const file = join(folder, "spoilt.h5");
  await writeFile(file, spoilt);
  const other = await openHdf5Tree(file);
  try {
    await expect(nodeAt("bitshuffle-zstd", other).read()).rejects.toThrow(
      /bitshuffle-zstd chunk 0,0,0: cannot be decompressed/u,
    );
    await expect(nodeAt("squeezed", other).read()).rejects.toThrow(/squeezed chunk 0,0,0: cannot/u);
    expect([...((await nodeAt("blosc-zlib-1", other).read()).data as Uint16Array)]).toEqual(counted(0, 10));
  } finally {
    await other.close();
  }
  expect([...((await nodeAt("bitshuffle-zstd").read()).data as Uint16Array)]).toEqual(counted(0, 10));
});
