// numpy reads every file we write, without pickle, and finds the values we put in.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AnyArray } from "../../src/array/ndarray.ts";
import { writeDataset } from "../../src/data/write.ts";
import { encodeNpy } from "../../src/io/npy.ts";
import { writeNpz } from "../../src/io/npz.ts";
import { smallDataset } from "../support/small-dataset.ts";

const arrays: Record<string, AnyArray> = {
  bool: { dtype: "bool", shape: [2], data: Uint8Array.of(1, 0) },
  int8: { dtype: "int8", shape: [2], data: Int8Array.of(-128, 127) },
  uint8: { dtype: "uint8", shape: [2, 1], data: Uint8Array.of(0, 255) },
  int16: { dtype: "int16", shape: [2], data: Int16Array.of(-32768, 258) },
  uint16: { dtype: "uint16", shape: [2], data: Uint16Array.of(258, 65535) },
  int32: { dtype: "int32", shape: [2], data: Int32Array.of(-2147483648, 16909060) },
  uint32: { dtype: "uint32", shape: [2], data: Uint32Array.of(1, 4294967295) },
  int64: { dtype: "int64", shape: [2], data: BigInt64Array.of(-9223372036854775808n, 2n) },
  uint64: { dtype: "uint64", shape: [1], data: BigUint64Array.of(18446744073709551615n) },
  float32: { dtype: "float32", shape: [1, 2, 2], data: Float32Array.of(0.5, -2, 3, 1e-40) },
  float64: { dtype: "float64", shape: [], data: Float64Array.of(0.1) },
  complex64: { dtype: "complex64", shape: [2], data: Float32Array.of(1, 2, 3, -4) },
  complex128: { dtype: "complex128", shape: [1], data: Float64Array.of(0.1, 0.2) },
  string: { dtype: "string", shape: [2], data: ["µm 😀", ""] },
  empty: { dtype: "float32", shape: [0, 3], data: new Float32Array(0) },
};

/** dtype, shape and values as numpy sees them; complex numbers and big integers as text. */
const reader = `
import json, sys
import numpy as np
loaded = np.load(sys.argv[1], allow_pickle=False)
named = {key: loaded[key] for key in loaded.files} if hasattr(loaded, "files") else {"array": loaded}
def plain(array):
    values = array.ravel().tolist()
    return [str(v) if isinstance(v, complex) or (isinstance(v, int) and abs(v) > 2**53) else v for v in values]
print(json.dumps({k: [str(v.dtype), list(v.shape), plain(v)] for k, v in named.items()}))
`;
function numpySees(file: string): Record<string, [string, number[], unknown[]]> {
  return JSON.parse(execFileSync("/usr/bin/python3", ["-c", reader, file], { encoding: "utf8" })) as Record<
    string,
    [string, number[], unknown[]]
  >;
}

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "doselap-numpy-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const expected: Record<string, [string, number[], unknown[]]> = {
  bool: ["bool", [2], [true, false]],
  int8: ["int8", [2], [-128, 127]],
  uint8: ["uint8", [2, 1], [0, 255]],
  int16: ["int16", [2], [-32768, 258]],
  uint16: ["uint16", [2], [258, 65535]],
  int32: ["int32", [2], [-2147483648, 16909060]],
  uint32: ["uint32", [2], [1, 4294967295]],
  int64: ["int64", [2], ["-9223372036854775808", 2]],
  uint64: ["uint64", [1], ["18446744073709551615"]],
  float32: ["float32", [1, 2, 2], [0.5, -2, 3, Math.fround(1e-40)]],
  float64: ["float64", [], [0.1]],
  complex64: ["complex64", [2], ["(1+2j)", "(3-4j)"]],
  complex128: ["complex128", [1], ["(0.1+0.2j)"]],
  string: ["<U4", [2], ["µm 😀", ""]],
  empty: ["float32", [0, 3], []],
};

describe("numpy without pickle", () => {
  test("reads every dtype of an NPZ", async () => {
    await writeNpz(join(folder, "all.npz"), arrays);
    expect(numpySees(join(folder, "all.npz"))).toEqual(expected);
  });

  test.each(Object.keys(arrays))("reads a .npy of %s", (key) => {
    writeFileSync(join(folder, "one.npy"), encodeNpy(arrays[key]!));
    expect(numpySees(join(folder, "one.npy"))["array"]).toEqual(expected[key]);
  });

  test("reads a dataset, and json reads its metadata", async () => {
    const dataset = smallDataset();
    await writeDataset(join(folder, "scan.npz"), dataset);
    const seen = numpySees(join(folder, "scan.npz"));
    expect(Object.entries(seen).map(([key, [dtype, shape]]) => [key, dtype, shape])).toEqual([
      ["diffraction", "float32", [5, 8, 8]],
      ["xcoords", "float64", [5]],
      ["ycoords", "float64", [5]],
      ["probeGuess", "complex64", [8, 8]],
      ["objectGuess", "complex64", [20, 24]],
      ["scan_index", "int64", [5]],
      ["_metadata", expect.stringMatching(/^<U/), []],
    ]);
    expect(seen["diffraction"]![2]).toEqual([...dataset.diffraction]);
    expect(JSON.parse(seen["_metadata"]![2][0] as string)).toEqual({
      ...dataset.metadata,
      layout: "MHW",
      domain: "amplitude",
    });
  });
});
