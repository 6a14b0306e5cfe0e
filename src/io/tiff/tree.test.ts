// TIFF files that tifffile and libtiff wrote (fixtures/make_container_goldens.py), and damaged ones.

import { mkdtemp, readFile, rm, symlink, writeFile, mkdir, copyFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AnyArray } from "../../array/ndarray.ts";
import { isDoselapError } from "../../errors.ts";
import { bytesSource } from "../byte-source.ts";
import type { ArrayTree } from "../tree.ts";
import { tiffPages } from "./directory.ts";
import { openTiffFolder, openTiffTree, isTiffFolder } from "./tree.ts";
import { encodeTiff } from "./write.ts";

const goldens = new URL("../../../fixtures/containers/", import.meta.url).pathname;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-tiff-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function withTree<Result>(tree: ArrayTree, use: (tree: ArrayTree) => Promise<Result>): Promise<Result> {
  try {
    return await use(tree);
  } finally {
    await tree.close();
  }
}

const pixel = (m: number, y: number, x: number): number => 100 * m + 10 * y + x;
const expected = Array.from({ length: 480 }, (_, i) =>
  pixel(Math.floor(i / 80), Math.floor(i / 10) % 8, i % 10),
);

describe("six pages of 8 × 10", () => {
  test.each([
    ["plain", "uint16", ""],
    ["big-endian", "uint16", ""],
    ["bigtiff", "uint16", ""],
    ["bigtiff-big-endian", "uint16", ""],
    ["imagej", "uint16", ""],
    ["one-directory", "uint16", ""],
    ["strips", "uint16", ""],
    ["tiles", "uint16", "tiles of (16, 16)"],
    ["deflate", "uint16", "Deflate"],
    ["deflate-predictor", "uint16", "Deflate"],
    ["deflate-predictor-big-endian", "uint16", "Deflate"],
    ["tiff_lzw", "uint16", "LZW"],
    ["packbits", "uint16", "PackBits"],
    ["tiff_adobe_deflate", "uint16", "Deflate"],
    ["uint8", "uint8", ""],
    ["int8", "int8", ""],
    ["int16", "int16", ""],
    ["uint32", "uint32", ""],
    ["int32", "int32", ""],
    ["float16", "float16", ""],
    ["float32", "float32", ""],
    ["float64", "float64", ""],
  ])("%s.tif", async (name, type, storage) => {
    const wrap = type.endsWith("int8") ? 100 : Infinity;
    const values = wrap === Infinity ? expected : expected.map((value) => value % wrap);
    await withTree(await openTiffTree(join(goldens, `tiff/${name}.tif`)), async ({ arrays }) => {
      const [node] = arrays;
      expect(arrays).toHaveLength(1);
      expect([node!.path, node!.shape, node!.typeName, node!.storage]).toEqual([
        "/pages",
        [6, 8, 10],
        type,
        storage,
      ]);
      expect([...numbers(await node!.read())]).toEqual(values);
      expect([...numbers(await node!.readRows(4, 1))]).toEqual(values.slice(320, 400));
    });
  });

  test("single files of a folder, in natural order", async () => {
    expect(await isTiffFolder(join(goldens, "tiff-folder"))).toBe(true);
    await withTree(await openTiffFolder(join(goldens, "tiff-folder")), async ({ arrays }) => {
      expect([...numbers(await arrays[0]!.read())]).toEqual(expected);
      expect([...numbers(await arrays[0]!.readRows(2, 3))]).toEqual(expected.slice(160, 400));
    });
  });
});

function numbers(array: AnyArray): number[] {
  return Array.from(array.data as ArrayLike<number>);
}

test.each(["lzw-long", "lzw-predictor"])("%s: codes of every width", async (name) => {
  await withTree(await openTiffTree(join(goldens, `tiff/${name}.tif`)), async ({ arrays }) => {
    const values = numbers(await arrays[0]!.read());
    // uint32 arithmetic of the script, 2654435761 i mod 2³² / 2¹³ mod 2¹⁶.
    const noise = Array.from({ length: 7680 }, (_, i) => (Math.imul(i, 2654435761) >>> 13) & 0xffff);
    expect(values).toEqual(noise);
  });
});

test("floating-point differences", async () => {
  await withTree(await openTiffTree(join(goldens, "tiff/float-predictor.tif")), async ({ arrays }) => {
    expect(numbers(await arrays[0]!.read())).toEqual(expected.slice(0, 80));
  });
});

test("colours are listed and refused", async () => {
  await withTree(await openTiffTree(join(goldens, "tiff/rgb.tif")), async ({ arrays }) => {
    expect([arrays[0]!.typeName, arrays[0]!.dtype]).toEqual(["uint8 × 3 samples", undefined]);
    await expect(arrays[0]!.read()).rejects.toThrow(/kind that is not read.*uint8 × 3 samples/u);
  });
});

test("pages of another size are another array; what else lies in a folder is told", async () => {
  const mixed = join(folder, "mixed");
  await mkdir(mixed);
  for (const [name, width] of [
    ["1.tif", 3],
    ["2.tif", 4],
    ["10.tif", 3],
  ] as const) {
    const page = new Uint16Array(2 * width).fill(width);
    await writeFile(join(mixed, name), encodeTiff({ width, height: 2, pages: [page], description: "" }));
  }
  await writeFile(join(mixed, "log.txt"), "hello");
  await withTree(await openTiffFolder(mixed), async ({ arrays, problems }) => {
    expect(arrays.map(({ path, shape }) => [path, shape])).toEqual([
      ["/pages", [2, 2, 3]],
      ["/pages_2", [1, 2, 4]],
    ]);
    expect(problems).toEqual(["log.txt: is no TIFF file"]);
  });
});

test("a link that leaves the folder is followed only when that is allowed", async () => {
  const linked = join(folder, "linked");
  await mkdir(linked);
  await copyFile(join(goldens, "tiff/plain.tif"), join(folder, "outside.tif"));
  await symlink(join(folder, "outside.tif"), join(linked, "1.tif"));
  await expect(openTiffFolder(linked)).rejects.toThrow(/outside of its folder.*--allow-outside-links/u);
  await withTree(await openTiffFolder(linked, { allowOutsideLinks: true }), async ({ arrays }) =>
    expect(arrays[0]!.shape).toEqual([6, 8, 10]),
  );
});

describe("what is damaged or hostile is refused", () => {
  const plain = (): Promise<Buffer> => readFile(join(goldens, "tiff/plain.tif"));
  /** Where the first directory is, and the place of a field's value in it. */
  const valueAt = (bytes: Buffer, tag: number): number => {
    const start = bytes.readUInt32LE(4);
    for (let i = 0; i < bytes.readUInt16LE(start); i++)
      if (bytes.readUInt16LE(start + 2 + 12 * i) === tag) return start + 2 + 12 * i + 8;
    throw new RangeError(`no field ${tag}`);
  };
  const opening = async (bytes: Uint8Array, options = {}): Promise<void> => {
    const file = join(folder, "bad.tif");
    await writeFile(file, bytes);
    await withTree(await openTiffTree(file, options), async ({ arrays }) => {
      for (const node of arrays) await node.read();
    });
  };

  test("a chain of pages that comes back", async () => {
    const bytes = await plain();
    const start = bytes.readUInt32LE(4);
    bytes.writeUInt32LE(start, start + 2 + 12 * bytes.readUInt16LE(start));
    await expect(opening(bytes)).rejects.toThrow(/bad\.tif.*without end/u);
  });

  test("a width that the bytes cannot give, before memory is taken", async () => {
    const bytes = await plain();
    bytes.writeUInt16LE(4, valueAt(bytes, 256) - 6);
    bytes.writeUInt32LE(0x7fff_ffff, valueAt(bytes, 256));
    await expect(opening(bytes)).rejects.toThrow(/larger than this reader takes|cannot give/u);
  });

  test("more than the limit", async () => {
    await expect(opening(await plain(), { maxArrayBytes: 900 })).rejects.toThrow(
      /at most 900 bytes.*got 960/u,
    );
  });

  test("a compression that is not read", async () => {
    const bytes = await plain();
    bytes.writeUInt16LE(7, valueAt(bytes, 259));
    await expect(opening(bytes)).rejects.toThrow(/page 0.*LZW, Deflate or PackBits.*JPEG \(7\)/u);
  });

  test("a file that is cut anywhere", async () => {
    for (const name of ["plain", "bigtiff", "deflate", "tiff_lzw", "tiles"]) {
      const bytes = await readFile(join(goldens, `tiff/${name}.tif`));
      for (let length = 4; length < bytes.length; length += 97) {
        // What is cut off may be padding alone.
        const error: unknown = await opening(bytes.subarray(0, length)).catch((cause: unknown) => cause);
        expect([name, length, error === undefined || isDoselapError(error)]).toEqual([name, length, true]);
      }
      await expect(opening(bytes.subarray(0, bytes.length / 2))).rejects.toThrow(
        /truncated|cannot give|sound/u,
      );
    }
  });

  test("no pages", async () => {
    await expect(
      tiffPages(bytesSource(Uint8Array.of(0x49, 0x49, 42, 0, 0, 0, 0, 0), "a.tif")),
    ).rejects.toThrow(/no pages/u);
  });
});
