// What the elements of an HDF5 dataset are, in the words of numpy, and how its bytes become arrays of ours.
// The library converts to this machine's byte order; complex numbers are compounds of two floats under either naming
// (h5py: r, i; MATLAB and others: real, imag), or of smaller numbers, which are widened; half floats come as bits.

import { sizeOf, type AnyArray, type DType } from "../../array/ndarray.ts";
import { widenHalves } from "../../array/float16.ts";
import { ndarray } from "../../array/ndarray.ts";
import type { Metadata } from "./library.ts";

/** Values of H5T_class_t (H5Tpublic.h). */
const classes = { integer: 0, float: 1, string: 3, bitfield: 4, compound: 6, enum: 8 } as const;
const complexNames = [
  ["r", "i"],
  ["real", "imag"],
  ["real", "imaginary"],
  ["re", "im"],
] as const;

export interface ElementType {
  /** In memory; undefined for a type that is not read. */
  readonly dtype: DType | undefined;
  /** As numpy prints it, of the file: "float16", ">u2" is "uint16". */
  readonly name: string;
  /** Of complex numbers whose parts numpy has no complex numbers of. */
  readonly part?: "float16" | IntegerPart | undefined;
}

/** Every one of them has its place in a float64. */
const integerParts = ["int8", "uint8", "int16", "uint16", "int32", "uint32"] as const;
type IntegerPart = (typeof integerParts)[number];
/** Those that float32 holds. */
const shortParts: readonly string[] = ["float16", "int8", "uint8", "int16", "uint16"];

/** The type of a dataset's elements. */
export function elementType(metadata: Metadata): ElementType {
  const { type, size, signed } = metadata;
  switch (type) {
    case classes.integer:
      return known(`${signed ? "int" : "uint"}${8 * size}`);
    case classes.bitfield:
      return known(`uint${8 * size}`);
    case classes.float:
      return size === 2 ? { dtype: "float32", name: "float16" } : known(`float${8 * size}`);
    case classes.string:
      return { dtype: "string", name: "string" };
    case classes.enum: {
      const { members = {} } = metadata.enum_type ?? {};
      const names = Object.keys(members).map((name) => name.toUpperCase());
      if (size === 1 && names.length === 2 && names.includes("TRUE") && names.includes("FALSE")) {
        return { dtype: "bool", name: "bool" };
      }
      return known(`${signed ? "int" : "uint"}${8 * size}`);
    }
    case classes.compound:
      return compoundType(metadata);
    default:
      return { dtype: undefined, name: `HDF5 class ${type}` };
  }
}

function compoundType({ compound_type: compound, size }: Metadata): ElementType {
  const members = compound?.members ?? [];
  const [re, im] = members;
  const isPair =
    members.length === 2 &&
    complexNames.some(([a, b]) => re!.name.toLowerCase() === a && im!.name.toLowerCase() === b) &&
    [re!, im!].every(({ shape }) => (shape ?? []).length === 0) &&
    re!.type === im!.type &&
    re!.size === im!.size &&
    re!.signed === im!.signed &&
    re!.offset === 0 &&
    im!.offset === re!.size &&
    size === 2 * re!.size;
  if (isPair && re!.type === classes.float && re!.size !== 2) return known(`complex${8 * size}`);
  const name = `${re?.type === classes.float ? "float" : re?.signed === true ? "int" : "uint"}${8 * (re?.size ?? 0)}`;
  const part = ["float16" as const, ...integerParts].find((one) => one === name);
  if (isPair && part !== undefined && (re!.type === classes.float || re!.type === classes.integer)) {
    return {
      dtype: shortParts.includes(part) ? "complex64" : "complex128",
      name: `complex of ${part}`,
      part,
    };
  }
  return { dtype: undefined, name: `compound (${members.map(({ name }) => name).join(", ")})` };
}

const read = new Set<string>([
  "int8",
  "int16",
  "int32",
  "int64",
  "uint8",
  "uint16",
  "uint32",
  "uint64",
  "float32",
  "float64",
  "complex64",
  "complex128",
] satisfies DType[]);

function known(name: string): ElementType {
  return { dtype: read.has(name) ? (name as DType) : undefined, name };
}

/** The library's bytes as an array; `bytes` is copied from. */
export function arrayOfBytes(type: ElementType, shape: readonly number[], bytes: Uint8Array): AnyArray {
  const own = bytes.slice().buffer;
  switch (type.dtype) {
    case "bool":
    case "uint8":
      return ndarray(type.dtype, shape, new Uint8Array(own)) as AnyArray;
    case "int8":
      return ndarray("int8", shape, new Int8Array(own));
    case "int16":
      return ndarray("int16", shape, new Int16Array(own));
    case "uint16":
      return ndarray("uint16", shape, new Uint16Array(own));
    case "int32":
      return ndarray("int32", shape, new Int32Array(own));
    case "uint32":
      return ndarray("uint32", shape, new Uint32Array(own));
    case "int64":
      return ndarray("int64", shape, new BigInt64Array(own));
    case "uint64":
      return ndarray("uint64", shape, new BigUint64Array(own));
    case "float32":
      return ndarray(
        "float32",
        shape,
        type.name === "float16" ? widenHalves(new Uint16Array(own)) : new Float32Array(own),
      );
    case "float64":
      return ndarray("float64", shape, new Float64Array(own));
    case "complex64":
      return ndarray("complex64", shape, new Float32Array(partsOf(type.part, own)));
    case "complex128":
      return ndarray("complex128", shape, new Float64Array(partsOf(type.part, own)));
    case "string":
    case undefined:
      throw new TypeError(`${type.name} has no fixed-size numbers; ${sizeOf(shape)} elements`);
    default:
      throw type.dtype satisfies never;
  }
}

/** The bytes of complex numbers as the numbers that they are made of. */
function partsOf(part: ElementType["part"], bytes: ArrayBuffer): ArrayLike<number> | ArrayBuffer {
  switch (part) {
    case undefined:
      return bytes;
    case "float16":
      return widenHalves(new Uint16Array(bytes));
    case "int8":
      return new Int8Array(bytes);
    case "uint8":
      return new Uint8Array(bytes);
    case "int16":
      return new Int16Array(bytes);
    case "uint16":
      return new Uint16Array(bytes);
    case "int32":
      return new Int32Array(bytes);
    case "uint32":
      return new Uint32Array(bytes);
    default:
      throw part satisfies never;
  }
}
