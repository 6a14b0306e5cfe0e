// MATLAB 5 files that scipy wrote (fixtures/make_container_goldens.py), and damaged ones.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isDoselapError } from "../../errors.ts";
import { bytesSource } from "../byte-source.ts";
import type { ArrayTree } from "../tree.ts";
import { isMat5, mat5Tree, openMat5Tree } from "./tree.ts";

const goldens = new URL("../../../fixtures/containers/", import.meta.url).pathname;
let folder: string;
let types: ArrayTree;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-mat-"));
  types = await openMat5Tree(join(goldens, "types.mat"));
});
afterAll(async () => {
  await types.close();
  await rm(folder, { recursive: true });
});

/** [[0, 1, 2], [3, 4, 5]] in MATLAB, first axis fastest. */
const turned = [0, 3, 1, 4, 2, 5];

test.each(["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64"])(
  "%s",
  async (name) => {
    const node = types.find(name)!;
    expect([node.dtype, node.shape]).toEqual([name, [3, 2]]);
    expect(Array.from((await node.read()).data as ArrayLike<number>, Number)).toEqual(turned);
    expect(Array.from((await node.readRows(1, 1)).data as ArrayLike<number>, Number)).toEqual([1, 4]);
  },
);

test("complex doubles, texts, logicals, cells, structs and arrays of them", async () => {
  const complex = await types.find("/complex_double")!.read();
  expect([complex.dtype, [...complex.data]]).toEqual([
    "complex128",
    turned.flatMap((value) => [value, 2 * value]),
  ]);
  expect((await types.find("/text")!.read()).data).toEqual(["counts"]);
  const logical = await types.find("/logical")!.read();
  expect([logical.dtype, [...logical.data]]).toEqual(["bool", [1, 0]]);
  expect([...(await types.find("/cell/1")!.read()).data]).toEqual([0, 1, 2]);
  expect((await types.find("/cell/2")!.read()).data).toEqual(["two"]);
  expect([...(await types.find("/structs/2/in/a")!.read()).data]).toEqual([3]);
  expect([...(await types.find("/structs/1/b")!.read()).data]).toEqual([2]);
  expect(types.find("/empty")!.shape).toEqual([3, 0]);
  expect(types.find("/uint8")!.attributes()).toEqual({ MATLAB_class: "uint8" });
});

test("rows of a compressed variable, forwards, backwards and at once", async () => {
  const tree = await openMat5Tree(join(goldens, "shelves-deflated.mat"));
  const node = tree.find("/dp")!;
  expect([node.shape, node.storage]).toEqual([[6, 10, 8], "deflate"]);
  // Frame m, column x, row y.
  const first = (m: number): number[] =>
    Array.from({ length: 80 }, (_, i) => 100 * m + 10 * (i % 8) + Math.floor(i / 8));
  for (const m of [0, 3, 5, 1]) expect([...(await node.readRows(m, 1)).data]).toEqual(first(m));
  const rows = await Promise.all([4, 2, 5].map((m) => node.readRows(m, 1)));
  expect(rows.map(({ data }) => [...data])).toEqual([4, 2, 5].map(first));
  await expect(node.readRows(5, 2)).rejects.toThrow(/no such rows/u);
  await tree.close();
});

describe("what is damaged or hostile is refused", () => {
  const header = Buffer.alloc(128, " ");
  header.set([0, 1, 0x49, 0x4d], 124);
  const element = (type: number, body: Uint8Array): Buffer => {
    const tag = Buffer.alloc(8);
    tag.writeUInt32LE(type, 0);
    tag.writeUInt32LE(body.length, 4);
    return Buffer.concat([tag, body, Buffer.alloc((8 - (body.length % 8)) % 8)]);
  };
  const int32s = (...values: number[]): Buffer => Buffer.from(Int32Array.from(values).buffer);
  /** A double matrix of these axes with this content. */
  const matrix = (dims: number[], content: Uint8Array, code = 6): Buffer =>
    element(
      14,
      Buffer.concat([
        element(6, int32s(code, 0)),
        element(5, int32s(...dims)),
        element(1, Buffer.from("a")),
        content,
      ]),
    );
  const opening = async (...parts: Uint8Array[]): Promise<number> => {
    const tree = await mat5Tree(bytesSource(Buffer.concat([header, ...parts]), "a.mat"), {
      maxArrayBytes: 2 ** 20,
    });
    for (const node of tree.arrays) await node.read();
    await tree.close();
    return tree.arrays.length;
  };

  test("the builder of these makes sound files", async () => {
    expect(await opening(matrix([1, 2], element(9, Buffer.alloc(16))))).toBe(1);
  });

  test.each<[string, Uint8Array[], RegExp]>([
    [
      "numbers that are not there",
      [matrix([1000, 1000], element(9, Buffer.alloc(16)))],
      /expected 1000000 numbers.*16 bytes/u,
    ],
    ["an impossible size", [matrix([2 ** 30, 2 ** 30], element(9, Buffer.alloc(16)))], /a possible size/u],
    ["negative axes", [matrix([-1, 2], element(9, Buffer.alloc(16)))], /at least two axes/u],
    [
      "a cell of a thousand million",
      [matrix([1, 1e9], Buffer.alloc(8), 1)],
      /at most 1 elements.*1000000000/u,
    ],
    ["an element beyond the end", [element(14, Buffer.alloc(64)).subarray(0, 32)], /at most 24 bytes.*64/u],
    [
      "a bomb",
      [element(15, deflateSync(element(14, Buffer.alloc(2 ** 24)).fill(255, 4, 8)))],
      /at most \d+ bytes from/u,
    ],
    ["bytes that are no deflate", [element(15, Buffer.alloc(64, 7))], /cannot be decompressed/u],
    [
      "text that is no MATLAB",
      [element(14, Buffer.from("hello there, what a lovely day it is, is it not?"))],
      /no sound MATLAB 5 file/u,
    ],
  ])("%s", async (_what, parts, message) => {
    await expect(opening(...parts)).rejects.toThrow(message);
  });

  test("cells in cells without end", async () => {
    let inner = matrix([1, 1], element(9, Buffer.alloc(8)));
    for (let depth = 0; depth < 40; depth++) inner = matrix([1, 1], inner, 1);
    await expect(opening(inner)).rejects.toThrow(/32 deep/u);
  });

  test("a file that is cut anywhere", async () => {
    for (const name of ["shelves-plain.mat", "result.mat", "types.mat"]) {
      const bytes = await readFile(join(goldens, name));
      expect(isMat5(bytes)).toBe(true);
      for (let length = 128; length < bytes.length; length += 61) {
        const file = join(folder, "cut.mat");
        await writeFile(file, bytes.subarray(0, length));
        const error: unknown = await openMat5Tree(file).then(
          (tree) => tree.close(),
          (cause: unknown) => cause,
        );
        expect([name, length, error === undefined || isDoselapError(error)]).toEqual([name, length, true]);
      }
    }
  });
});
