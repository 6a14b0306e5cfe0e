// Arrays in numpy's own files are read to the bit, and damaged or hostile headers are tagged errors.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ndarray, type AnyArray } from "../array/ndarray.ts";
import { isDoselapError } from "../errors.ts";
import { decodeElements, decodeNpy, encodeNpy } from "./npy.ts";
import { parseNpyHeader } from "./npy-header.ts";

const fixtures = join(import.meta.dirname, "../../fixtures/npy");
const bytesOf = (file: string): Uint8Array => readFileSync(join(fixtures, file));

interface Golden {
  readonly file: string;
  readonly name: string;
  readonly shape: number[];
  readonly fortran: boolean;
  readonly canonical: boolean;
  readonly values: (number | string | boolean)[];
}
const { arrays: goldens } = JSON.parse(readFileSync(join(fixtures, "manifest.json"), "utf8")) as {
  arrays: Golden[];
};
const canonical = goldens.filter((golden) => golden.canonical);

/** Values as the manifest lists them: big integers, NaN and infinities as text. */
function listed({ data }: AnyArray): unknown[] {
  return Array.from<number | bigint | string, unknown>(data, (value) =>
    typeof value === "bigint" || (typeof value === "number" && !Number.isFinite(value))
      ? pythonText(value)
      : value,
  );
}
function pythonText(value: number | bigint): string {
  return String(value).replace("Infinity", "inf").replace("NaN", "nan");
}

describe("decoding", () => {
  test.each(goldens)("$file has the values numpy wrote", ({ file, values, shape }) => {
    const array = decodeNpy(bytesOf(file));
    expect(array.shape).toEqual(shape);
    expect(listed(array)).toEqual(values);
  });

  test.each(goldens)("the header of $file says dtype, shape and order", ({ file, name, shape, fortran }) => {
    const header = parseNpyHeader(bytesOf(file));
    expect(header).toMatchObject({ name, shape, fortranOrder: fortran });
    expect(header.dataOffset + header.byteLength).toBe(bytesOf(file).length);
  });

  test("float16 is widened to float32, other types keep theirs", () => {
    expect(decodeNpy(bytesOf("float16-big-fortran.npy")).dtype).toBe("float32");
    expect(decodeNpy(bytesOf("uint16-big-c.npy")).dtype).toBe("uint16");
    expect(decodeNpy(bytesOf("complex128-big-c.npy")).dtype).toBe("complex128");
    expect(decodeNpy(bytesOf("bool-little-c.npy")).dtype).toBe("bool");
    expect(decodeNpy(bytesOf("S6-little-c.npy")).dtype).toBe("string");
  });

  test.each<[string, (bytes: Uint8Array) => Uint8Array]>([
    ["an array", (bytes) => new Uint8Array(bytes)],
    ["a Buffer", (bytes) => Buffer.from(bytes)],
    ["an unaligned Buffer", (bytes) => Buffer.concat([Buffer.alloc(3), bytes]).subarray(3)],
  ])("the result shares no memory with %s of the file's bytes", (_form, copy) => {
    const bytes = copy(bytesOf("float64-little-c.npy"));
    const array = decodeNpy(bytes);
    const before = listed(array);
    bytes.fill(0);
    expect(listed(array)).toEqual(before);
  });

  test("elements may lie anywhere in memory", () => {
    const header = parseNpyHeader(bytesOf("float64-little-c.npy"));
    const shifted = Buffer.concat([
      Buffer.alloc(5),
      bytesOf("float64-little-c.npy").subarray(header.dataOffset),
    ]);
    expect(decodeElements(header, shifted.subarray(5))).toEqual(decodeNpy(bytesOf("float64-little-c.npy")));
  });
});

describe("refusing", () => {
  test("an object array names file and key, says that pickle is never executed, and is still listed", () => {
    const bytes = bytesOf("object.npy");
    expect(() => decodeNpy(bytes, { file: "a.npz", key: "_metadata" })).toThrow(
      /a\.npz : _metadata.*never executed/,
    );
    expect(parseNpyHeader(bytes)).toMatchObject({ name: "object", dtype: undefined, shape: [] });
  });

  test.each(["record.npy", "date.npy", "longdouble.npy"])(
    "%s is refused as a dtype that is not read",
    (file) => {
      expect(() => decodeNpy(bytesOf(file))).toThrow(/dtype that is not read/);
      expect(parseNpyHeader(bytesOf(file)).dtype).toBeUndefined();
    },
  );

  test.each([
    ["a shape larger than the bytes", "(2, 3)", "(9, 3)"],
    ["a shape smaller than the bytes", "(2, 3)", "(1, 3)"],
    ["an enormous shape", "(2, 3), }          ", "(2, 999999999999), }"],
    ["a negative shape", "(2, 3)", "(2,-3)"],
    ["a shape that is no tuple of numbers", "(2, 3)", "(2,'')"],
    ["an unknown dtype", "'<f4'", "'<q4'"],
    ["a missing entry", "'shape'", "'shapx'"],
    ["an unclosed dict", "}", " "],
  ])("%s is an error before anything is allocated", (_name, from, to) => {
    const text = Buffer.from(bytesOf("float32-little-c.npy")).toString("latin1");
    const lying = Buffer.from(text.replace(from, to.padEnd(from.length)), "latin1");
    expect(lying.toString("latin1")).not.toBe(text);
    expect(() => decodeNpy(lying, { file: "x.npy" })).toThrow(/^x\.npy/);
  });

  test.each([0, 3, 7, 9, 11, 60, 127, 128, 140])("a file cut after %i bytes is an error", (length) => {
    const error = thrownBy(() => decodeNpy(bytesOf("float32-little-c.npy").subarray(0, length)));
    expect(isDoselapError(error, "Format")).toBe(true);
  });

  test("an unknown version is named", () => {
    const bytes = Buffer.from(bytesOf("float32-little-c.npy"));
    bytes[6] = 4;
    expect(() => decodeNpy(bytes)).toThrow(/4\.0/);
  });

  test("a character beyond Unicode is an error", () => {
    const bytes = Buffer.from(bytesOf("U6-little-c.npy"));
    bytes.writeUInt32LE(0x110000, 128);
    expect(() => decodeNpy(bytes)).toThrow(/character/);
  });

  test("data that do not fit the shape cannot be encoded", () => {
    const array: AnyArray = { dtype: "float32", shape: [3], data: new Float32Array(2) };
    expect(() => encodeNpy(array)).toThrow(/expected 3 numbers, got 2/);
  });
});

describe("encoding", () => {
  test.each(canonical)("$file is reproduced byte for byte", ({ file }) => {
    const bytes = bytesOf(file);
    expect(Buffer.from(encodeNpy(decodeNpy(bytes))).equals(bytes)).toBe(true);
  });

  const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
  const numbers = {
    float32: Float32Array,
    float64: Float64Array,
    int16: Int16Array,
    uint32: Uint32Array,
  } as const;
  test("numbers of any shape come back as they were", () => {
    fc.assert(
      fc.property(
        shape,
        fc.constantFrom("float32", "float64", "int16", "uint32"),
        fc.infiniteStream(fc.double()),
        (dims, dtype, values) => {
          const data = numbers[dtype].from([...values.take(dims.reduce((a, b) => a * b, 1))]);
          const array = ndarray(dtype, dims, data) as AnyArray;
          expect(decodeNpy(encodeNpy(array))).toEqual(array);
        },
      ),
      { seed: 1, numRuns: 200 },
    );
  });

  test("text comes back as it was", () => {
    // numpy's text cannot end in a zero, and lone surrogates are no text.
    const text = fc.string({ unit: "grapheme", maxLength: 12 }).map((value) => value.replace(/\0+$/, ""));
    fc.assert(
      fc.property(fc.array(text, { maxLength: 6 }), (data) => {
        expect(decodeNpy(encodeNpy({ dtype: "string", shape: [data.length], data }))).toEqual({
          dtype: "string",
          shape: [data.length],
          data,
        });
      }),
      { seed: 2, numRuns: 100 },
    );
  });
});

describe("damaged bytes", () => {
  test("a flipped byte or a cut gives an array or a doselap error, nothing else", () => {
    const files = goldens.map(({ file }) => bytesOf(file));
    const damage = fc.record({
      file: fc.nat(files.length - 1),
      flips: fc.array(fc.record({ at: fc.nat(400), to: fc.nat(255) }), { maxLength: 4 }),
      cut: fc.nat(400),
    });
    fc.assert(
      fc.property(damage, ({ file, flips, cut }) => {
        const bytes = Buffer.from(files[file]!);
        for (const { at, to } of flips) bytes[at % bytes.length] = to;
        const error = thrownBy(() => decodeNpy(cut < 40 ? bytes.subarray(0, cut) : bytes));
        expect(error === undefined || isDoselapError(error)).toBe(true);
      }),
      { seed: 3, numRuns: 3000 },
    );
  });
});

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}
