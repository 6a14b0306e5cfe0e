// An array named on the command line is found in every kind of file, and becomes an image or a probe.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AnyArray } from "../array/ndarray.ts";
import { encodeNpy } from "../io/npy.ts";
import { writeNpz } from "../io/npz.ts";
import { readArrayArgument, toComplexImage, toProbe, toRealImage } from "./array-argument.ts";

const real: AnyArray = { dtype: "uint16", shape: [2, 3], data: Uint16Array.of(0, 1, 2, 3, 4, 5) };
const object: AnyArray = { dtype: "complex64", shape: [1, 2], data: Float32Array.of(1, 2, 3, 4) };
const probe: AnyArray = { dtype: "complex128", shape: [2, 1, 1], data: Float64Array.of(0.1, 6, 7, 8) };
const text: AnyArray = { dtype: "string", shape: [1, 1], data: ["a"] };

let folder = "";
const at = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "doselap-argument-"));
  writeFileSync(at("real.npy"), encodeNpy(real));
  writeFileSync(at("odd:name.npy"), encodeNpy(real));
  await writeNpz(at("both.npz"), { real, probeGuess: probe, objectGuess: object });
  await writeNpz(at("one.npz"), { anything: real });
  await writeNpz(at("many.npz"), { a: real, b: real });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("an array argument", () => {
  test.each<[string, AnyArray]>([
    ["real.npy", real],
    ["odd:name.npy", real],
    ["both.npz:real", real],
    ["both.npz:probeGuess", probe],
    ["both.npz", object],
    ["one.npz", real],
  ])("%s is read", async (name, array) => {
    expect(await readArrayArgument(at(name))).toEqual(array);
  });

  test("the preferred keys decide what an NPZ stands for", async () => {
    expect(
      await readArrayArgument(at("both.npz"), { preferKeys: ["none", "probeGuess", "objectGuess"] }),
    ).toEqual(probe);
  });

  test.each([
    [
      "many.npz",
      /does not say which array is meant; expected objectGuess or probeGuess, got a, b.*many\.npz:a/,
    ],
    [
      "both.npz:objectGuss",
      /both\.npz : objectGuss: has no array of this name; expected one of real, probeGuess, objectGuess/,
    ],
    ["real.npy:key", /one array and no keys/],
    ["none.npz", /none\.npz: cannot be opened; got no such file/],
    ["none.npz:key", /none\.npz: cannot be opened; got no such file/],
  ])("%s is an error that tells the way out", async (name, message) => {
    await expect(readArrayArgument(at(name))).rejects.toThrow(message);
  });
});

describe("as an image or a probe", () => {
  test("complex images keep their numbers, real ones get phase 0, leading ones go", () => {
    expect(toComplexImage({ ...object, shape: [1, 1, 1, 2] } as AnyArray)).toEqual({
      height: 1,
      width: 2,
      data: object.data,
    });
    expect(toComplexImage(real)).toEqual({
      height: 2,
      width: 3,
      data: Float32Array.of(0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0),
    });
  });

  test("real images are float64", () => {
    expect(toRealImage(real)).toEqual({ height: 2, width: 3, data: Float64Array.of(0, 1, 2, 3, 4, 5) });
    const big: AnyArray = { dtype: "int64", shape: [1, 1], data: BigInt64Array.of(-3n) };
    expect(toRealImage(big).data).toEqual(Float64Array.of(-3));
  });

  test("probes have modes and are narrowed to complex64", () => {
    expect(toProbe(probe)).toEqual({ modes: 2, size: 1, data: Float32Array.of(0.1, 6, 7, 8) });
    expect(toProbe({ dtype: "complex64", shape: [2, 2], data: new Float32Array(8) })).toMatchObject({
      modes: 1,
      size: 2,
    });
    expect(toProbe({ dtype: "complex64", shape: [1, 1, 3, 2, 2], data: new Float32Array(24) })).toMatchObject(
      { modes: 3, size: 2 },
    );
  });

  test.each<[string, () => unknown, RegExp]>([
    [
      "a stack is no image",
      () => toComplexImage(probe, "a.npz:p"),
      /a\.npz:p: is not an image; expected shape \(H, W\), got complex128 \(2, 1, 1\)/,
    ],
    ["text is no image", () => toComplexImage(text, { file: "a", key: "b" }), /a : b: is not an image/],
    [
      "a complex array is no real image",
      () => toRealImage(object),
      /is not a real image; expected real numbers/,
    ],
    [
      "an empty array is no image",
      () => toRealImage({ dtype: "float32", shape: [0, 3], data: new Float32Array(0) }),
      /is not an image/,
    ],
    ["an oblong is no probe", () => toProbe(object), /is not a probe/],
    [
      "a real array is no probe",
      () => toProbe({ dtype: "float32", shape: [2, 2], data: new Float32Array(4) }),
      /is not a probe/,
    ],
  ])("%s", (_what, action, message) => {
    expect(action).toThrow(message);
  });
});
