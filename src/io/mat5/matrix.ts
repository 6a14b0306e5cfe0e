// A matrix of a MATLAB 5 file: numbers, text, and cells and structs of further ones. MATLAB's first axis is the fastest, so that
// (height, width, frames) is shown as (frames, width, height), as HDF5 shows the files of MATLAB 7.3.

import { sizeOf, type AnyArray, type DType } from "../../array/ndarray.ts";
import { DoselapError } from "../../errors.ts";
import { arrayOf } from "../npy.ts";
import { parseDescr } from "../npy-dtype.ts";
import { checkRows, checkSize } from "../row-range.ts";
import type { ArrayNode } from "../tree.ts";
import {
  contentOf,
  elementAt,
  int32sIn,
  mi,
  nameIn,
  storedCodes,
  unsound,
  type Element,
  type Place,
} from "./element.ts";

/** mxCLASS → what it is. */
const classes: {
  readonly [code: number]: { readonly name: string; readonly dtype?: Exclude<DType, "string"> };
} = {
  1: { name: "cell" },
  2: { name: "struct" },
  3: { name: "object" },
  4: { name: "char" },
  5: { name: "sparse" },
  6: { name: "double", dtype: "float64" },
  7: { name: "single", dtype: "float32" },
  8: { name: "int8", dtype: "int8" },
  9: { name: "uint8", dtype: "uint8" },
  10: { name: "int16", dtype: "int16" },
  11: { name: "uint16", dtype: "uint16" },
  12: { name: "int32", dtype: "int32" },
  13: { name: "uint32", dtype: "uint32" },
  14: { name: "int64", dtype: "int64" },
  15: { name: "uint64", dtype: "uint64" },
};
const [complexFlag, logicalFlag] = [0x0800, 0x0200];
const maxDepth = 32;
const maxNodes = 100_000;

export interface MatrixOptions {
  readonly maxArrayBytes: number;
  readonly storage: string;
}

/** The name of a matrix. @throws Format. */
export async function matrixName(place: Place, element: Element): Promise<string> {
  const { name } = await headOf(place, element);
  return name;
}

interface Head {
  readonly code: number;
  readonly flags: number;
  readonly dims: readonly number[];
  readonly name: string;
  /** Where what is particular to the class begins. */
  readonly rest: number;
}

async function headOf(place: Place, { at, size }: Element): Promise<Head> {
  const end = at + size;
  const flags = await elementAt(place, at, end);
  const word = (await int32sIn(place, flags))[0] ?? 0;
  const dims = await elementAt(place, flags.next, end);
  const lengths = dims.type === mi.int32 ? await int32sIn(place, dims) : [];
  if (flags.type !== mi.uint32 || lengths.length < 2 || lengths.some((length) => length < 0))
    throw unsound(place, "a matrix of at least two axes", `axes (${lengths.join(", ")})`);
  const name = await elementAt(place, dims.next, end);
  if (!Number.isSafeInteger(16 * sizeOf(lengths)))
    throw unsound(place, "a possible size", `(${lengths.join(", ")})`);
  return { code: word & 0xff, flags: word, dims: lengths, name: await nameIn(place, name), rest: name.next };
}

/** Every array in a matrix, `path` being its own; `nodes` grows. @throws Format. */
export async function collectNodes(
  place: Place,
  element: Element,
  path: string,
  options: MatrixOptions,
  nodes: ArrayNode[],
  depth = 0,
): Promise<void> {
  if (depth > maxDepth || nodes.length > maxNodes)
    throw unsound(place, `at most ${maxNodes} arrays, ${maxDepth} deep`, "more");
  const end = element.at + element.size;
  // What MATLAB writes for [] in a cell.
  if (element.size === 0) return;
  const head = await headOf(place, element);
  const { code, dims, rest } = head;
  const count = sizeOf(dims);
  const children = async (from: number, names: readonly string[]): Promise<void> => {
    let at = from;
    for (const name of names) {
      const child = await elementAt(place, at, end);
      if (child.type === mi.matrix)
        await collectNodes(place, child, `${path}/${name}`, options, nodes, depth + 1);
      at = child.next;
    }
  };
  if (code === 1) {
    // MATLAB counts from 1. Each needs a tag: no more than fit are looked for.
    refuseCount(place, count, end - rest);
    await children(
      rest,
      Array.from({ length: count }, (_, i) => String(i + 1)),
    );
  } else if (code === 2 || code === 3) {
    const start = code === 3 ? (await elementAt(place, rest, end)).next : rest;
    const lengthOf = await elementAt(place, start, end);
    const nameBytes = (await int32sIn(place, lengthOf))[0] ?? 0;
    const names = await elementAt(place, lengthOf.next, end);
    const fields = await fieldNames(place, names, nameBytes);
    refuseCount(place, count * fields.length, end - names.next);
    const paths = Array.from({ length: count }, (_, i) =>
      fields.map((field) => (count === 1 ? field : `${i + 1}/${field}`)),
    );
    await children(names.next, paths.flat());
  } else nodes.push(await nodeOf(place, head, path, end, options));
}

function refuseCount(place: Place, count: number, bytes: number): void {
  if (count > bytes / 8) throw unsound(place, `at most ${Math.floor(bytes / 8)} elements`, `${count}`);
}

async function fieldNames(place: Place, element: Element, nameBytes: number): Promise<string[]> {
  const content = await contentOf(place, element);
  if (nameBytes < 1 || content.length % nameBytes !== 0)
    throw unsound(place, "names of fields", `${content.length} bytes in pieces of ${nameBytes}`);
  return Array.from({ length: content.length / nameBytes }, (_, i) =>
    Buffer.from(content.subarray(i * nameBytes, (i + 1) * nameBytes))
      .toString("latin1")
      .replace(/\0.*$/su, ""),
  );
}

async function nodeOf(
  place: Place,
  head: Head,
  path: string,
  end: number,
  options: MatrixOptions,
): Promise<ArrayNode> {
  const { code, flags, dims, rest } = head;
  const kind = classes[code] ?? { name: `class ${code}` };
  const about = { path, storage: options.storage, attributes: () => ({ MATLAB_class: kind.name }) };
  const shape = dims.toReversed();
  if (code === 4) return textNode(place, shape, about, await elementAt(place, rest, end));
  if (kind.dtype === undefined) return { ...about, ...unread(place, path, kind.name), shape };
  const real = await elementAt(place, rest, end);
  const isComplex = (flags & complexFlag) !== 0;
  const imaginary = isComplex ? await elementAt(place, real.next, end) : undefined;
  for (const part of imaginary === undefined ? [real] : [real, imaginary]) {
    const width = widthOf(part);
    if (width === 0 || part.size !== sizeOf(shape) * width)
      throw unsound(place, `${sizeOf(shape)} numbers`, `${part.size} bytes of type ${part.type}`);
  }
  const isLogical = (flags & logicalFlag) !== 0 && kind.dtype === "uint8";
  const dtype = isLogical ? "bool" : isComplex ? complexOf(kind.dtype) : kind.dtype;
  if (dtype === undefined) return { ...about, ...unread(place, path, `complex ${kind.name}`), shape };

  async function readRows(first: number, count: number): Promise<AnyArray> {
    const where = { file: place.file, key: path };
    checkRows(shape, first, count, where);
    const [, ...inner] = shape;
    const wanted = [count, ...inner];
    checkSize(16 * sizeOf(wanted), options.maxArrayBytes, where);
    const numbers = async (part: Element): Promise<AnyArray> => {
      const width = widthOf(part);
      const bytes = await place.bytes.at(part.at + first * sizeOf(inner) * width, sizeOf(wanted) * width);
      const type = parseDescr(`${place.littleEndian ? "<" : ">"}${storedCodes[part.type]}`)!;
      return arrayOf(type, wanted, bytes, where);
    };
    const values = await numbers(real);
    return imaginary === undefined
      ? castTo(dtype!, values)
      : interleaved(dtype!, values, await numbers(imaginary));
  }

  return { ...about, shape, dtype, typeName: dtype, read: () => readRows(0, shape[0]!), readRows };
}

function widthOf({ type }: Element): number {
  return Number(storedCodes[type]?.slice(1) ?? 0);
}

function complexOf(dtype: DType): "complex64" | "complex128" | undefined {
  return dtype === "float32" ? "complex64" : dtype === "float64" ? "complex128" : undefined;
}

/** MATLAB stores numbers in the smallest type that holds them. */
function castTo(dtype: DType, stored: AnyArray): AnyArray {
  if (stored.dtype === dtype) return stored;
  const { shape } = stored;
  // A constructor of one typed array from another is the fast way.
  const values = plainNumbers(stored);
  switch (dtype) {
    case "float64":
      return { dtype, shape, data: new Float64Array(values) };
    case "float32":
      return { dtype, shape, data: new Float32Array(values) };
    case "int64":
      return { dtype, shape, data: BigInt64Array.from(values, wholeOf) };
    case "uint64":
      return { dtype, shape, data: BigUint64Array.from(values, wholeOf) };
    case "bool":
      return { dtype, shape, data: Uint8Array.from(values, (value) => (value === 0 ? 0 : 1)) };
    case "int8":
      return { dtype, shape, data: new Int8Array(values) };
    case "uint8":
      return { dtype, shape, data: new Uint8Array(values) };
    case "int16":
      return { dtype, shape, data: new Int16Array(values) };
    case "uint16":
      return { dtype, shape, data: new Uint16Array(values) };
    case "int32":
      return { dtype, shape, data: new Int32Array(values) };
    case "uint32":
      return { dtype, shape, data: new Uint32Array(values) };
    default:
      throw new TypeError(`${dtype} is no class of MATLAB's`);
  }
}

/** As MATLAB converts: NaN is 0. */
function wholeOf(value: number): bigint {
  return Number.isFinite(value) ? BigInt(Math.trunc(value)) : 0n;
}

type Numbers =
  | Float64Array
  | Float32Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

function plainNumbers(array: AnyArray): Numbers {
  switch (array.dtype) {
    case "string":
      throw new TypeError("a text is no numbers");
    case "int64":
    case "uint64":
      return Float64Array.from(array.data, Number);
    default:
      return array.data;
  }
}

function interleaved(dtype: DType, re: AnyArray, im: AnyArray): AnyArray {
  const length = re.data.length;
  const data = new Float64Array(2 * length);
  for (let i = 0; i < length; i++) {
    data[2 * i] = Number(re.data[i]);
    data[2 * i + 1] = Number(im.data[i]);
  }
  const { shape } = re;
  return dtype === "complex64"
    ? { dtype, shape, data: Float32Array.from(data) }
    : { dtype: "complex128", shape, data };
}

type Unread = Pick<ArrayNode, "dtype" | "typeName" | "read" | "readRows">;

function unread(place: Place, key: string, typeName: string): Unread {
  const refuse = async (): Promise<never> => {
    throw new DoselapError("Format", "has values of a kind that is not read", {
      file: place.file,
      key,
      expected: "numbers, complex numbers, logicals or a text",
      got: typeName,
    });
  };
  return { dtype: undefined, typeName, read: refuse, readRows: refuse };
}

/** A row of characters is one text. */
function textNode(
  place: Place,
  shape: readonly number[],
  about: Pick<ArrayNode, "path" | "storage" | "attributes">,
  element: Element,
): ArrayNode {
  if (shape.length !== 2 || shape[1] !== 1) return { ...about, ...unread(place, about.path, "char"), shape };
  async function read(): Promise<AnyArray> {
    const content = await contentOf(place, element);
    return { dtype: "string", shape: [], data: [decoded(content, element.type, place.littleEndian)] };
  }
  return { ...about, shape: [], dtype: "string", typeName: "char", read, readRows: read };
}

function decoded(content: Uint8Array, type: number, littleEndian: boolean): string {
  if (type !== 4 && type !== mi.utf16) return Buffer.from(content).toString("utf8");
  return new TextDecoder(littleEndian ? "utf-16le" : "utf-16be").decode(content);
}
