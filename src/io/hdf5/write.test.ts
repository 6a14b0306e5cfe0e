// HDF5 files that we write: read back by us, the same bytes at another time, whole or not at all.

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AnyArray } from "../../array/ndarray.ts";
import { openHdf5 } from "./file.ts";
import { writeHdf5, type WrittenGroup } from "./write.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-hdf5-"));
});
afterAll(() => rm(folder, { recursive: true }));

const arrays: Record<string, AnyArray> = {
  scalar: { dtype: "float64", shape: [], data: Float64Array.of(0.1) },
  int64: { dtype: "int64", shape: [2], data: BigInt64Array.of(-5n, 2n ** 40n) },
  uint16: { dtype: "uint16", shape: [2, 2], data: Uint16Array.of(0, 1, 2, 65535) },
  int8: { dtype: "int8", shape: [2], data: Int8Array.of(-128, 127) },
  complex64: { dtype: "complex64", shape: [2], data: Float32Array.of(1, 2, 3, -4) },
  complex128: { dtype: "complex128", shape: [1, 1], data: Float64Array.of(0.1, 0.2) },
  text: { dtype: "string", shape: [], data: ["µm 😀"] },
  texts: { dtype: "string", shape: [2], data: ["a", ""] },
  empty: { dtype: "float64", shape: [0], data: new Float64Array(0) },
};

const frame = (m: number): number[] => [m, m + 1, m + 2, 1000 * m];
const root: WrittenGroup = {
  kind: "group",
  attributes: { default: "entry", version: 160n, factor: 0.5, axes: [".", "x"] },
  children: {
    entry: {
      kind: "group",
      children: Object.fromEntries(
        Object.entries(arrays).map(([name, array]) => [
          name,
          { kind: "array", array, attributes: { units: "m" } },
        ]),
      ),
    },
    packed: { kind: "array", array: arrays["uint16"]!, chunks: [1, 2] },
    stack: {
      kind: "rows",
      dtype: "uint32",
      shape: [5, 2, 2],
      rowsAtOnce: 2,
      rows: async (first, count) => {
        const data = Uint32Array.from(Array.from({ length: count }, (_, i) => frame(first + i)).flat());
        return { dtype: "uint32", shape: [count, 2, 2], data };
      },
    },
    linked: { kind: "link", target: "/stack" },
  },
};

test("what is written is read back: values, types, attributes, links, blocks", async () => {
  const path = join(folder, "all.h5");
  await writeHdf5(path, root);
  const file = await openHdf5(path);
  const read = (at: string) => {
    const object = file.find(at);
    if (object?.kind !== "dataset") throw new Error(`${at} is no dataset`);
    return { array: object.read(), units: object.attributes()["units"], filters: object.filters };
  };
  for (const [name, array] of Object.entries(arrays)) {
    expect(read(`/entry/${name}`), name).toEqual({ array, units: "m", filters: [] });
  }
  expect(read("/packed").array).toEqual(arrays["uint16"]);
  expect(read("/packed").filters).toEqual(["deflate"]);
  expect([...(read("/linked").array.data as Uint32Array)]).toEqual([0, 1, 2, 3, 4].flatMap(frame));
  expect(file.find("/")!.attributes()).toEqual({
    default: "entry",
    version: 160,
    factor: 0.5,
    axes: [".", "x"],
  });
  await file.close();
});

test("the same tree, the same bytes, a second later", async () => {
  const [a, b] = [join(folder, "a.h5"), join(folder, "b.h5")];
  await writeHdf5(a, root);
  await new Promise((done) => setTimeout(done, 1100));
  await writeHdf5(b, root);
  expect((await readFile(a)).equals(await readFile(b))).toBe(true);
});

test("a write that fails leaves the old file and nothing else", async () => {
  const place = await mkdtemp(join(folder, "broken-"));
  const path = join(place, "kept.h5");
  await writeHdf5(path, root);
  const before = await readFile(path);
  const broken: WrittenGroup = {
    kind: "group",
    children: {
      stack: {
        kind: "rows",
        dtype: "uint8",
        shape: [2, 1],
        rowsAtOnce: 1,
        rows: () => Promise.reject(new Error("the source is gone")),
      },
    },
  };
  await expect(writeHdf5(path, broken)).rejects.toThrow("the source is gone");
  expect((await readFile(path)).equals(before)).toBe(true);
  expect(await readdir(place)).toEqual(["kept.h5"]);
});
