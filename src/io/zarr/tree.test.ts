// Zarr stores that zarr wrote, and some written by the specification (fixtures/make_container_goldens.py), and damaged ones.

import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AnyArray } from "../../array/ndarray.ts";
import type { ArrayTree } from "../tree.ts";
import { crc32c } from "./crc32c.ts";
import { isZarrFolder, isZarrZip } from "./store.ts";
import { openZarrTree, type ZarrOptions } from "./tree.ts";

const goldens = new URL("../../../fixtures/containers/", import.meta.url).pathname;
let folder: string;
let two: ArrayTree;
let three: ArrayTree;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-zarr-"));
  two = await openZarrTree(join(goldens, "two.zarr"));
  three = await openZarrTree(join(goldens, "three.zarr"));
});
afterAll(async () => {
  await two.close();
  await three.close();
  await rm(folder, { recursive: true });
});

const expected = Array.from(
  { length: 480 },
  (_, i) => 100 * Math.floor(i / 80) + 10 * (Math.floor(i / 10) % 8) + (i % 10),
);
const numbers = ({ data }: AnyArray): number[] => Array.from(data as ArrayLike<number | bigint>, Number);

describe("six frames of 8 × 10", () => {
  test.each([
    ["raw", ""],
    ["gzip", "gzip, "],
    ["zlib", "zlib, "],
    ["zstd", "zstd, "],
    ["lz4", "lz4, "],
    ["blosc-lz4", "blosc lz4, "],
    ["blosc-zstd", "blosc zstd, "],
    ["fortran", "blosc lz4, "],
    ["nested", "blosc lz4, "],
    ["bz2", "bz2, "],
    ["shuffled", "shuffle, zlib, "],
    ["differences", "delta, shuffle, blosc lz4, "],
  ])("version 2, %s", async (name, codecs) => {
    const node = two.find(name)!;
    expect([node.shape, node.dtype, node.storage]).toEqual([
      [6, 8, 10],
      "uint16",
      `${codecs}chunks of (4, 5, 10)`,
    ]);
    expect(numbers(await node.read())).toEqual(expected);
    expect(numbers(await node.readRows(3, 2))).toEqual(expected.slice(240, 400));
  });

  test.each(["big-int32", "big-float64", "int64", "int8"])("differences of %s", async (name) => {
    const values = numbers(await two.find(`/of/${name}`)!.read());
    expect(values).toEqual(name === "int8" ? expected.map((value) => ((value + 128) % 256) - 128) : expected);
  });

  test.each(["big-uint16", "float16", "big-float32", "float64", "int64", "int8"])(
    "version 2, %s",
    async (name) => {
      const wrap = name === "int8" ? 100 : Infinity;
      const values = numbers(await two.find(`/types/${name}`)!.read());
      expect(values).toEqual(wrap === Infinity ? expected : expected.map((value) => value % wrap));
    },
  );

  test.each(["raw", "gzip", "zstd", "blosc", "big", "transposed", "checked", "sharded-end", "sharded-start"])(
    "version 3, %s",
    async (name) => {
      const node = three.find(name)!;
      expect([node.shape, node.dtype]).toEqual([[6, 8, 10], "uint16"]);
      expect(numbers(await node.read())).toEqual(expected);
      expect(numbers(await node.readRows(5, 1))).toEqual(expected.slice(400));
    },
  );
});

test("complex numbers, scalars, fill values, attributes, groups", async () => {
  const complex = await two.find("complex")!.read();
  expect([complex.dtype, complex.shape, ...numbers(complex).slice(48, 52)]).toEqual([
    "complex64",
    [20, 24],
    24,
    24.5,
    25,
    25.5,
  ]);
  const scalar = await two.find("scalar")!.read();
  expect([scalar.shape, ...numbers(scalar)]).toEqual([[], 3.5]);
  const filled = numbers(await two.find("filled")!.read());
  expect([filled[0], filled[319], filled[320], filled[479]]).toEqual([7.5, 7.5, 400, 579]);
  expect(two.find("/motors/sx")!.attributes()).toEqual({ units: "um" });
  expect(two.attributesOf("/")).toEqual({ facility: "none" });
  expect(three.find("/sx")!.attributes()).toEqual({ units: "m" });
  // zarr leaves a chunk of fill values out.
  expect([two.problems, three.problems]).toEqual([
    ["/filled: 1 of 2 chunks are not there and are read as 7.5"],
    [],
  ]);
});

test("an archive is read as the folder is", async () => {
  expect(await isZarrZip(join(goldens, "two.zip"))).toBe(true);
  expect(await isZarrZip(join(goldens, "slac-metres.npz"))).toBe(false);
  const tree = await openZarrTree(join(goldens, "two.zip"));
  expect(tree.arrays.map(({ path }) => path)).toEqual(["/eiger", "/sx", "/sy"]);
  expect(numbers(await tree.find("eiger")!.read())).toEqual(expected);
  await tree.close();
});

test("a codec that is not read is refused by its name", async () => {
  await expect(two.find("filtered")!.read()).rejects.toThrow(
    /\/filtered.*expected gzip, zlib, bz2, .*got lzma/u,
  );
});

test("CRC-32C of RFC 3720, B.4", () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
});

describe("what is damaged or hostile is refused", () => {
  const about = {
    zarr_format: 2,
    shape: [4, 4],
    chunks: [2, 4],
    dtype: "<u2",
    compressor: null as unknown,
    fill_value: 0 as unknown,
    order: "C",
    filters: null,
  };
  /** A store of one array with these documents and chunks. */
  const reading = async (
    changes: Partial<typeof about>,
    chunks: Readonly<Record<string, Uint8Array>> = {},
    options: ZarrOptions = {},
  ): Promise<AnyArray> => {
    const root = await mkdtemp(join(folder, "store-"));
    await mkdir(join(root, "a"));
    await writeFile(join(root, ".zgroup"), '{"zarr_format": 2}');
    await writeFile(join(root, "a/.zarray"), JSON.stringify({ ...about, ...changes }));
    for (const [key, bytes] of Object.entries(chunks)) await writeFile(join(root, "a", key), bytes);
    expect(await isZarrFolder(root)).toBe(true);
    const tree = await openZarrTree(root, options);
    if (tree.arrays.length === 0) throw new Error(tree.problems.join("\n"));
    return tree.find("a")!.read();
  };

  test("the builder of these makes sound stores", async () => {
    const chunk = Buffer.from(Uint16Array.of(1, 2, 3, 4, 5, 6, 7, 8).buffer);
    expect(numbers(await reading({}, { "1.0": chunk }))).toEqual([
      ...Array<number>(8).fill(0),
      1,
      2,
      3,
      4,
      5,
      6,
      7,
      8,
    ]);
  });

  const lz4 = { id: "lz4" };
  const blosc = { id: "blosc" };
  const header = (...words: number[]): Buffer => Buffer.from(Uint32Array.from(words).buffer);
  test.each<[string, Partial<typeof about>, Record<string, Uint8Array>, RegExp]>([
    ["a chunk that is short", {}, { "0.0": new Uint8Array(15) }, /\/a chunk 0,0.*expected 16 bytes.*got 15/u],
    ["a chunk that is long", {}, { "0.0": new Uint8Array(17) }, /expected 16 bytes.*got 17/u],
    ["a chunk far too large", {}, { "0.0": new Uint8Array(2 ** 17) }, /larger than this reader takes/u],
    [
      "a gzip bomb",
      { compressor: { id: "gzip" } },
      { "0.0": gzipSync(new Uint8Array(2 ** 22)) },
      /cannot be decompressed/u,
    ],
    ["an LZ4 bomb", { compressor: lz4 }, { "0.0": header(2 ** 31, 0) }, /declares 2147483648 bytes/u],
    [
      "a blosc bomb",
      { compressor: blosc },
      { "0.0": header(0x02010102, 2 ** 31, 16, 16) },
      /declares 2147483648 bytes/u,
    ],
    ["no zstd", { compressor: { id: "zstd" } }, { "0.0": new Uint8Array(16) }, /no frame of Zstandard/u],
    ["a codec of others", { compressor: { id: "jpeg2k" } }, {}, /codec that is not read.*jpeg2k/u],
    ["objects", { dtype: "|O" }, {}, /kind that is not read/u],
    ["an absurd shape", { shape: [2 ** 40, 2 ** 40], chunks: [1, 1] }, {}, /a possible size/u],
    ["an absurd size", { shape: [2 ** 20, 2 ** 20], chunks: [1, 1] }, {}, /larger than this reader takes/u],
    [
      "a million chunks of one",
      { shape: [2 ** 11, 2 ** 11], chunks: [1, 1] },
      {},
      /chunks.*at most 1000000/u,
    ],
    ["an absurd chunk", { chunks: [2 ** 20, 2 ** 20] }, {}, /larger than this reader takes/u],
    ["chunks of nothing", { chunks: [0, 4] }, {}, /\.zarray.*chunks\.0/u],
    ["chunks of other axes", { chunks: [4] }, {}, /chunks of 2 axes/u],
    ["a fill value that is none", { fill_value: "red" }, {}, /fill value.*"red"/u],
  ])("%s", async (_what, changes, chunks, message) => {
    await expect(reading(changes, chunks)).rejects.toThrow(message);
  });

  test("a document that is no JSON leaves the other arrays", async () => {
    const root = join(folder, "one-broken");
    await cp(join(goldens, "two.zarr"), root, { recursive: true });
    await writeFile(join(root, "raw/.zarray"), "{");
    const tree = await openZarrTree(root);
    expect(tree.problems.join("\n")).toMatch(/raw\/\.zarray.*no sound Zarr array/u);
    expect(tree.find("raw")).toBeUndefined();
    expect(numbers(await tree.find("gzip")!.read())).toEqual(expected);
  });

  test("a store that was copied in part is told", async () => {
    const root = join(folder, "in-part");
    await cp(join(goldens, "three.zarr"), root, { recursive: true });
    await rm(join(root, "gzip/c/1"), { recursive: true });
    await rm(join(root, "sharded-end/c/0/0/0"));
    const { problems } = await openZarrTree(root);
    expect(problems).toEqual([
      "/gzip: 2 of 4 chunks are not there and are read as 0",
      "/sharded-end: 1 of 2 chunks are not there and are read as 0",
    ]);
  });

  test("a link that leaves the folder is followed only when that is allowed", async () => {
    const root = join(folder, "linked");
    await cp(join(goldens, "two.zarr"), root, { recursive: true });
    await rm(join(root, "raw/0.0.0"));
    await symlink(join(goldens, "two.zarr/raw/0.0.0"), join(root, "raw/0.0.0"));
    const strict = await openZarrTree(root);
    await expect(strict.find("raw")!.read()).rejects.toThrow(/outside of its folder.*--allow-outside-links/u);
    const allowed = await openZarrTree(root, { allowOutsideLinks: true });
    expect(numbers(await allowed.find("raw")!.read())).toEqual(expected);
  });

  test("a link to a folder, which may lead back, is told and not followed", async () => {
    const root = join(folder, "cyclic");
    await cp(join(goldens, "two.zarr"), root, { recursive: true });
    await symlink(root, join(root, "again"));
    const tree = await openZarrTree(root);
    expect(tree.problems).toContain("/again: is a link, which is not followed");
    expect(tree.arrays).toHaveLength(two.arrays.length);
  });

  test("a damaged checksum, and an index that leads out of its shard", async () => {
    const root = join(folder, "damaged");
    await cp(join(goldens, "three.zarr"), root, { recursive: true });
    const spoil = async (key: string, at: number): Promise<void> => {
      const bytes = await readFile(join(root, key));
      bytes[at < 0 ? bytes.length + at : at]! ^= 0x40;
      await writeFile(join(root, key), bytes);
    };
    await spoil("checked/c/0/0/0", 3);
    await spoil("sharded-end/c/0/0/0", -6);
    const tree = await openZarrTree(root);
    await expect(tree.find("checked")!.read()).rejects.toThrow(/checksum does not match/u);
    await expect(tree.find("sharded-end")!.read()).rejects.toThrow(/checksum does not match/u);
  });
});
