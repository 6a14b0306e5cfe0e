// The header of a .npy file: magic, version 1, 2 or 3, then a Python dict with dtype, order and shape.
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html

import { DoselapError } from "../errors.ts";
import { sizeOf } from "../array/ndarray.ts";
import { parseDescr, type NpyDType } from "./npy-dtype.ts";
import { parsePythonLiteral, type PythonLiteral } from "./python-literal.ts";

/** Where an array comes from, for messages. */
export interface Where {
  readonly file?: string | undefined;
  readonly key?: string | undefined;
}

export interface NpyHeader extends NpyDType {
  /** The shape as numpy gives it. */
  readonly shape: readonly number[];
  /** First axis fastest in the file. Decoding turns it into C order. */
  readonly fortranOrder: boolean;
  /** Bytes before the elements. */
  readonly dataOffset: number;
  /** Bytes of the elements, as dtype and shape say. */
  readonly byteLength: number;
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const maxHeaderBytes = 1 << 16;
const maxRank = 64;
/** Magic and version. */
const prefixBytes = 8;

/** True when the bytes begin like a .npy file. */
export function isNpy(bytes: Uint8Array): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

/** How many bytes of the file hold the whole header; 12 when too few are given to know.
 * @throws Format when the bytes do not begin a .npy file. */
export function npyHeaderBytes(bytes: Uint8Array, where: Where = {}): number {
  if (!isNpy(bytes)) {
    throw new DoselapError("Format", "is not a .npy array", {
      ...where,
      expected: "the bytes \\x93NUMPY first",
      got: bytes.length === 0 ? "nothing" : JSON.stringify(latin1(bytes.subarray(0, 6))),
    });
  }
  if (bytes.length < 12) return 12;
  const version = bytes[6]!;
  if (version < 1 || version > 3 || bytes[7] !== 0) {
    throw new DoselapError("Format", "has an unknown .npy version", {
      ...where,
      expected: "1.0, 2.0 or 3.0",
      got: `${version}.${bytes[7]}`,
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [field, length] =
    version === 1 ? [2, view.getUint16(prefixBytes, true)] : [4, view.getUint32(prefixBytes, true)];
  if (length > maxHeaderBytes) {
    throw new DoselapError("Format", "has an oversized .npy header", {
      ...where,
      expected: `at most ${maxHeaderBytes} bytes`,
      got: `${length}`,
    });
  }
  return prefixBytes + field + length;
}

/** Reads the header alone; elements need not be there. Works for arrays that are not decoded (objects).
 * @throws Format when the header is truncated or not numpy's. */
export function parseNpyHeader(bytes: Uint8Array, where: Where = {}): NpyHeader {
  const dataOffset = npyHeaderBytes(bytes, where);
  if (bytes.length < dataOffset) {
    throw new DoselapError("Format", "ends inside the .npy header", {
      ...where,
      expected: `${dataOffset} bytes`,
      got: `${bytes.length}`,
    });
  }
  const version = bytes[6]!;
  const raw = bytes.subarray(prefixBytes + (version === 1 ? 2 : 4), dataOffset);
  const text = version === 3 ? new TextDecoder().decode(raw) : latin1(raw);
  const entries = headerDict(text, where);
  const shape = shapeOf(entries.get("shape"), where);
  const type = typeOf(entries.get("descr"), where);
  const fortranOrder = entries.get("fortran_order");
  if (typeof fortranOrder !== "boolean") {
    throw new DoselapError("Format", "fortran_order is not True or False", { ...where, got: text.trim() });
  }
  const byteLength = sizeOf(shape) * type.itemBytes;
  if (!Number.isSafeInteger(byteLength)) {
    throw new DoselapError("Format", "claims an impossible size", {
      ...where,
      got: `shape (${shape.join(", ")})`,
    });
  }
  return { ...type, shape, fortranOrder, dataOffset, byteLength };
}

function headerDict(text: string, where: Where): Map<string, PythonLiteral> {
  let value: PythonLiteral;
  try {
    value = parsePythonLiteral(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new DoselapError("Format", `the .npy header cannot be read (${cause.message})`, {
      ...where,
      got: JSON.stringify(text.slice(0, 200)),
      cause,
    });
  }
  const keys = value instanceof Map ? [...value.keys()].sort().join(", ") : "no dict";
  if (!(value instanceof Map) || keys !== "descr, fortran_order, shape") {
    throw new DoselapError("Format", "the .npy header lacks its three entries", {
      ...where,
      expected: "descr, fortran_order, shape",
      got: keys,
    });
  }
  return value;
}

function shapeOf(value: PythonLiteral | undefined, where: Where): number[] {
  const shape: number[] = [];
  const items = Array.isArray(value) && value.length <= maxRank ? value : [NaN];
  for (const n of items) {
    if (typeof n !== "number" || !Number.isSafeInteger(n) || n < 0) {
      throw new DoselapError("Format", "the .npy header gives no valid shape", {
        ...where,
        expected: `at most ${maxRank} whole numbers of at least 0`,
        got: JSON.stringify(value),
      });
    }
    shape.push(n);
  }
  return shape;
}

function typeOf(value: PythonLiteral | undefined, where: Where): NpyDType {
  if (typeof value === "string") {
    const type = parseDescr(value);
    if (type !== undefined) return type;
  }
  // A record type is a list of fields: listed by `inspect`, never decoded.
  if (Array.isArray(value)) {
    return { descr: "record", name: "record", dtype: undefined, itemBytes: 0, kind: "V", littleEndian: true };
  }
  throw new DoselapError("Format", "the .npy header gives no valid dtype", {
    ...where,
    expected: 'a type string such as "<f4"',
    got: JSON.stringify(value),
  });
}

/** One character per byte. */
function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
