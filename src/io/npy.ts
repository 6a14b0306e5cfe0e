// .npy arrays: decoding every dtype, byte order and axis order to C-order arrays, and encoding as numpy does.
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
// A pickle is never executed: arrays of Python objects are refused.

import { widenHalves } from "../array/float16.ts";
import { isComplex, ndarray, shapeText, sizeOf, type AnyArray, type DType } from "../array/ndarray.ts";
import { DoselapError } from "../errors.ts";
import { descrOf, type NpyDType } from "./npy-dtype.ts";
import { parseNpyHeader, type NpyHeader, type Where } from "./npy-header.ts";
import { decodeText, encodeUcs4, longestText } from "./npy-text.ts";

const hostLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Decodes a whole .npy file; the result shares no memory with it.
 * @throws Format when the bytes are not what the header says, or hold Python objects. */
export function decodeNpy(bytes: Uint8Array, where: Where = {}): AnyArray {
  const header = parseNpyHeader(bytes, where);
  refuseUnreadable(header, where);
  checkLength(header, bytes.length - header.dataOffset, where);
  // The constructor copies; `slice` would not for a Buffer.
  return decodeElements(header, new Uint8Array(bytes.subarray(header.dataOffset)), where);
}

/** @throws Format for a dtype that is not decoded: Python objects, records, dates, long doubles. */
export function refuseUnreadable(header: NpyHeader, where: Where = {}): void {
  if (header.dtype !== undefined) return;
  if (header.kind === "O") {
    throw new DoselapError(
      "Format",
      "holds pickled Python objects; a pickle can run code and is never executed",
      {
        ...where,
        expected: "numbers, booleans or text",
        got: "dtype object",
        finding: "DATA-002",
        hint: "Save it again as a plain array, text as np.array(str).",
      },
    );
  }
  throw new DoselapError("Format", "has a dtype that is not read", {
    ...where,
    expected: "bool, int8 … uint64, float16 … float64, complex64, complex128, U or S text",
    got: header.name,
  });
}

/** @throws Format when `available` bytes of elements are not what dtype and shape need. */
export function checkLength(header: NpyHeader, available: number, where: Where = {}): void {
  if (available === header.byteLength) return;
  throw new DoselapError("Format", "the header does not fit the bytes that follow", {
    ...where,
    expected: `${header.byteLength} bytes for ${header.name} of shape ${shapeText(header.shape)}`,
    got: `${available}`,
    hint: "The file is truncated or damaged.",
  });
}

/** Decodes the elements. Takes `data` over: the result may be a view of it, and it may be changed. */
export function decodeElements(header: NpyHeader, data: Uint8Array, where: Where = {}): AnyArray {
  const { dtype, shape, fortranOrder, itemBytes } = header;
  const ordered = fortranOrder && shape.length > 1 ? toCOrder(data, shape, itemBytes) : data;
  if (dtype === undefined) throw new DoselapError("Format", "has a dtype that is not read", where);
  if (dtype === "string") return ndarray("string", shape, decodeText(header, ordered, where));
  return wrap(header, dtype, alignedFor(header, ordered));
}

/** The elements' bytes at an 8-byte boundary, in the byte order of this machine. */
function alignedFor({ kind, itemBytes, littleEndian }: NpyDType, data: Uint8Array): Uint8Array {
  const aligned = data.byteOffset % 8 === 0 ? data : new Uint8Array(data);
  const wordBytes = kind === "c" ? itemBytes / 2 : itemBytes;
  if (littleEndian !== hostLittleEndian) swapBytes(aligned, wordBytes);
  return aligned;
}

function wrap(header: NpyHeader, dtype: Exclude<DType, "string">, bytes: Uint8Array): AnyArray {
  const { shape } = header;
  const { buffer, byteOffset } = bytes;
  const count = sizeOf(shape);
  switch (dtype) {
    case "bool":
      // Any byte but 0 is true, as in C; ours are 0 and 1.
      return ndarray(
        "bool",
        shape,
        Uint8Array.from(bytes, (byte) => (byte === 0 ? 0 : 1)),
      );
    case "int8":
      return ndarray("int8", shape, new Int8Array(buffer, byteOffset, count));
    case "uint8":
      return ndarray("uint8", shape, new Uint8Array(buffer, byteOffset, count));
    case "int16":
      return ndarray("int16", shape, new Int16Array(buffer, byteOffset, count));
    case "uint16":
      return ndarray("uint16", shape, new Uint16Array(buffer, byteOffset, count));
    case "int32":
      return ndarray("int32", shape, new Int32Array(buffer, byteOffset, count));
    case "uint32":
      return ndarray("uint32", shape, new Uint32Array(buffer, byteOffset, count));
    case "int64":
      return ndarray("int64", shape, new BigInt64Array(buffer, byteOffset, count));
    case "uint64":
      return ndarray("uint64", shape, new BigUint64Array(buffer, byteOffset, count));
    case "float32":
      if (header.itemBytes === 2)
        return ndarray("float32", shape, widenHalves(new Uint16Array(buffer, byteOffset, count)));
      return ndarray("float32", shape, new Float32Array(buffer, byteOffset, count));
    case "float64":
      return ndarray("float64", shape, new Float64Array(buffer, byteOffset, count));
    case "complex64":
      return ndarray("complex64", shape, new Float32Array(buffer, byteOffset, 2 * count));
    case "complex128":
      return ndarray("complex128", shape, new Float64Array(buffer, byteOffset, 2 * count));
    default:
      return dtype satisfies never;
  }
}

/** Elements of another container as an array; takes `data` over as `decodeElements` does. */
export function arrayOf(type: NpyDType, shape: readonly number[], data: Uint8Array, where: Where): AnyArray {
  const header = { ...type, shape, fortranOrder: false, dataOffset: 0, byteLength: data.length };
  return decodeElements(header, data, where);
}

/** Reverses every word in place. */
export function swapBytes(bytes: Uint8Array, wordBytes: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (wordBytes === 2) buffer.swap16();
  else if (wordBytes === 4) buffer.swap32();
  else if (wordBytes === 8) buffer.swap64();
}

/** Elements from first-axis-fastest to last-axis-fastest order. */
function toCOrder(data: Uint8Array, shape: readonly number[], itemBytes: number): Uint8Array {
  const out = new Uint8Array(data.length);
  const count = sizeOf(shape);
  const strides = shape.map((_n, axis) => sizeOf(shape.slice(0, axis)));
  const index = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let to = 0; to < count; to++) {
    for (let byte = 0; byte < itemBytes; byte++) out[to * itemBytes + byte] = data[from * itemBytes + byte]!;
    // Counts the C-order index up by one and follows it with `from`.
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

/** The header numpy writes for this array: version 1, room for the first axis to grow to 21 digits,
 * elements start at a multiple of 64 bytes. */
export function encodeNpyHeader(array: AnyArray): Uint8Array {
  const descr = array.dtype === "string" ? `<U${longestText(array.data)}` : descrOf[array.dtype];
  const [first] = array.shape;
  const growth = first === undefined ? "" : " ".repeat(21 - String(first).length);
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shapeText(array.shape)}, }${growth}`;
  const used = 10 + dict.length + 1;
  const length = used + 64 - (used % 64);
  const header = Buffer.alloc(length, " ");
  header.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0], 0);
  header.writeUInt16LE(length - 10, 8);
  header.write(dict, 10, "latin1");
  header[length - 1] = 0x0a;
  return header;
}

/** Bytes of the elements in a file. */
export function elementByteLength(array: AnyArray): number {
  return array.dtype === "string" ? 4 * longestText(array.data) * array.data.length : array.data.byteLength;
}

/** The elements as they lie in a file, little-endian, in pieces: views of the array's memory where that can be.
 * In pieces because an array may be larger than one Uint8Array can be. */
export function* elementChunks(array: AnyArray, chunkBytes = 1 << 20): Generator<Uint8Array> {
  if (array.dtype === "string") {
    yield encodeUcs4(array.data, longestText(array.data));
    return;
  }
  const { buffer, byteOffset, byteLength, BYTES_PER_ELEMENT } = array.data;
  for (let at = 0; at < byteLength; at += chunkBytes) {
    const bytes = new Uint8Array(buffer, byteOffset + at, Math.min(chunkBytes, byteLength - at));
    if (hostLittleEndian || BYTES_PER_ELEMENT === 1) {
      yield bytes;
    } else {
      const swapped = bytes.slice();
      swapBytes(swapped, BYTES_PER_ELEMENT);
      yield swapped;
    }
  }
}

/** A whole .npy file, byte for byte as numpy writes it. @throws Shape when data and shape do not fit. */
export function encodeNpy(array: AnyArray): Uint8Array {
  checkArray(array);
  return Buffer.concat([encodeNpyHeader(array), ...elementChunks(array)]);
}

/** @throws Shape when data and shape do not fit. */
export function checkArray({ dtype, shape, data }: AnyArray, where: Where = {}): void {
  const expected = sizeOf(shape) * (isComplex(dtype) ? 2 : 1);
  if (data.length === expected) return;
  throw new DoselapError("Shape", `${dtype} array of shape ${shapeText(shape)} does not fit its data`, {
    ...where,
    expected: `${expected} numbers`,
    got: `${data.length}`,
  });
}
