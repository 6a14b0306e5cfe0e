// An HDF5 file from a plain tree of groups, arrays and soft links, as h5py would write it: complex numbers are compounds
// {r, i}, texts have variable length and are UTF-8. Whole or not at all; the same tree, the same bytes.

import { sizeOf, type AnyArray, type DType } from "../../array/ndarray.ts";
import { DoselapError, isDoselapError } from "../../errors.ts";
import { replaceFile } from "../atomic.ts";
import { hdf5Error, hdf5Library, type H5Module, type WriteMetadata } from "./library.ts";

/** Numbers are float64, whole ones int64 when given as bigint. */
export type WrittenAttribute = number | bigint | string | readonly string[] | readonly number[];
export type WrittenAttributes = { readonly [name: string]: WrittenAttribute };

export interface WrittenGroup {
  readonly kind: "group";
  readonly attributes?: WrittenAttributes;
  readonly children: { readonly [name: string]: WrittenNode };
}

/** An array in memory; with `chunks` it is compressed by gzip. bool is stored as uint8. */
export interface WrittenArray {
  readonly kind: "array";
  readonly array: AnyArray;
  readonly attributes?: WrittenAttributes;
  readonly chunks?: readonly number[];
}

/** An array that is made some rows at a time; compressed by gzip, a row of the first axis to a chunk. */
export interface WrittenRows {
  readonly kind: "rows";
  readonly dtype: Exclude<DType, "string">;
  readonly shape: readonly number[];
  readonly rowsAtOnce: number;
  rows(first: number, count: number): Promise<AnyArray>;
  readonly attributes?: WrittenAttributes;
}

/** `target` is an absolute path of the same file. */
export interface WrittenLink {
  readonly kind: "link";
  readonly target: string;
}

export type WrittenNode = WrittenGroup | WrittenArray | WrittenRows | WrittenLink;

type Layout = WriteMetadata & {
  readonly chunks?: bigint[] | null;
  readonly compression?: number;
  readonly compression_opts?: number[];
};

/** gzip's fastest level: counts shrink nearly as much as at its best, in a tenth of the time. */
const gzipLevel = 1;

/** Writes the file. @throws File when it cannot be written, Format when the library refuses the tree. */
export async function writeHdf5(path: string, root: WrittenGroup): Promise<void> {
  const { calls } = await hdf5Library();
  await replaceFile(path, async (temporary) => {
    const writer = new Writer(calls, path, temporary);
    try {
      await writer.group("", root);
    } finally {
      writer.close();
    }
  });
}

class Writer {
  readonly #calls: H5Module;
  readonly #shown: string;
  readonly #id: bigint;

  constructor(calls: H5Module, shown: string, temporary: string) {
    this.#calls = calls;
    this.#shown = shown;
    this.#id = this.#call("/", () => calls.open(temporary, calls.H5F_ACC_TRUNC, false, -1, -1));
  }

  close(): void {
    this.#call("/", () => this.#calls.close_file(this.#id));
  }

  async group(path: string, { attributes = {}, children }: WrittenGroup): Promise<void> {
    if (path !== "") this.#call(path, () => this.#calls.create_group(this.#id, path, false));
    this.#attributes(path === "" ? "/" : path, attributes);
    for (const [name, node] of Object.entries(children)) await this.#node(`${path}/${name}`, node);
  }

  async #node(path: string, node: WrittenNode): Promise<void> {
    switch (node.kind) {
      case "group":
        return this.group(path, node);
      case "array":
        this.#array(path, node);
        return this.#attributes(path, node.attributes ?? {});
      case "rows":
        await this.#rows(path, node);
        return this.#attributes(path, node.attributes ?? {});
      case "link":
        this.#call(path, () => this.#calls.create_soft_link(this.#id, node.target, path));
        return;
      default:
        throw node satisfies never;
    }
  }

  #array(path: string, { array, chunks }: WrittenArray): void {
    const { dtype, shape } = array;
    if (dtype === "string") {
      const layout = textLayout(shape);
      this.#call(path, () => this.#calls.create_vlen_str_dataset(this.#id, path, array.data, layout));
      return;
    }
    const layout = layoutOf(dtype, shape, sizeOf(shape) === 0 ? undefined : chunks);
    this.#withBytes(path, bytesOf(array), (pointer) =>
      this.#calls.create_dataset(this.#id, path, pointer, layout),
    );
  }

  /** The library writes a dataset whole when it makes it, so it is made empty and grows. */
  async #rows(path: string, { dtype, shape, rowsAtOnce, rows }: WrittenRows): Promise<void> {
    const [total = 0, ...rest] = shape;
    const layout = { ...layoutOf(dtype, [0, ...rest], [1, ...rest]), maxshape: shape.map(BigInt) };
    this.#withBytes(path, new Uint8Array(0), (pointer) =>
      this.#calls.create_dataset(this.#id, path, pointer, layout),
    );
    this.#call(path, () => this.#calls.resize_dataset(this.#id, path, shape.map(BigInt)));
    const strides = shape.map(() => 1n);
    for (let first = 0; first < total; first += rowsAtOnce) {
      const count = Math.min(rowsAtOnce, total - first);
      const bytes = bytesOf(await rows(first, count));
      const [counts, offsets] = [[count, ...rest].map(BigInt), [first, ...rest.map(() => 0)].map(BigInt)];
      this.#withBytes(path, bytes, (pointer) =>
        this.#calls.set_dataset_data(this.#id, path, counts, offsets, strides, pointer),
      );
    }
  }

  #attributes(path: string, attributes: WrittenAttributes): void {
    for (const [name, value] of Object.entries(attributes)) {
      const array = attributeArray(value);
      if (array.dtype === "string") {
        const layout = textLayout(array.shape);
        this.#call(path, () =>
          this.#calls.create_vlen_str_attribute(this.#id, path, name, array.data, layout),
        );
        continue;
      }
      const layout = layoutOf(array.dtype, array.shape);
      this.#withBytes(path, bytesOf(array), (pointer) =>
        this.#calls.create_attribute(this.#id, path, name, pointer, layout),
      );
    }
  }

  #withBytes(path: string, bytes: Uint8Array, use: (pointer: bigint) => number): void {
    const pointer = this.#calls._malloc(Math.max(1, bytes.length));
    if (pointer === 0) {
      const got = `${bytes.length} bytes`;
      throw new DoselapError("Range", "does not fit into memory", { file: this.#shown, key: path, got });
    }
    try {
      this.#calls.HEAPU8.set(bytes, pointer);
      this.#call(path, () => use(BigInt(pointer)));
    } finally {
      this.#calls._free(pointer);
    }
  }

  #call<Result>(key: string, call: () => Result): Result {
    try {
      const result = atTimeZero(call);
      if (typeof result !== "number" || result >= 0) return result;
      throw new Error(`the library answers ${result}`);
    } catch (cause) {
      throw isDoselapError(cause) ? cause : hdf5Error("cannot be written", cause, { file: this.#shown, key });
    }
  }
}

/** The library stamps each dataset with the time, asks `Date.now` for it, and cannot be told not to: the same tree would have
 * other bytes a second later. Nothing else runs during the call, which is synchronous. */
function atTimeZero<Result>(call: () => Result): Result {
  const { now } = Date;
  Date.now = () => 0;
  try {
    return call();
  } finally {
    Date.now = now;
  }
}

function attributeArray(value: WrittenAttribute): AnyArray {
  if (typeof value === "string") return { dtype: "string", shape: [], data: [value] };
  if (typeof value === "number") return { dtype: "float64", shape: [], data: Float64Array.of(value) };
  if (typeof value === "bigint") return { dtype: "int64", shape: [], data: BigInt64Array.of(value) };
  const shape = [value.length];
  return value.every((item) => typeof item === "string")
    ? { dtype: "string", shape, data: [...value] }
    : { dtype: "float64", shape, data: Float64Array.from(value, Number) };
}

function bytesOf(array: AnyArray): Uint8Array {
  if (array.dtype === "string") throw new TypeError("texts have no fixed size");
  const { buffer, byteOffset, byteLength } = array.data;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Values of H5T_class_t (H5Tpublic.h). */
const classes = { integer: 0, float: 1, string: 3, compound: 6 } as const;

type Element = Pick<WriteMetadata, "type" | "size" | "signed" | "littleEndian" | "vlen" | "compound_type">;

function elementOf(dtype: Exclude<DType, "string">): Element {
  const plain = { littleEndian: true, vlen: false };
  if (dtype === "bool") return { ...plain, type: classes.integer, size: 1, signed: false };
  const size = Number(/\d+$/u.exec(dtype)![0]) / 8;
  if (dtype.startsWith("float")) return { ...plain, type: classes.float, size, signed: false };
  if (dtype === "complex64" || dtype === "complex128") {
    const half = { ...plain, type: classes.float, size: size / 2, signed: false, ...noExtent };
    const members = [
      { ...half, name: "r", offset: 0 },
      { ...half, name: "i", offset: size / 2 },
    ];
    const type = { members, nmembers: 2 };
    return { ...plain, type: classes.compound, size, signed: false, compound_type: type };
  }
  return { ...plain, type: classes.integer, size, signed: dtype.startsWith("int") };
}

const noExtent = { shape: [], maxshape: null, chunks: null, total_size: 0 };

function layoutOf(
  dtype: Exclude<DType, "string">,
  shape: readonly number[],
  chunks?: readonly number[],
): Layout {
  const layout = {
    ...elementOf(dtype),
    shape: shape.map(BigInt),
    maxshape: null,
    total_size: sizeOf(shape),
  };
  if (chunks === undefined) return layout;
  return { ...layout, chunks: chunks.map(BigInt), compression: 1, compression_opts: [gzipLevel] };
}

function textLayout(shape: readonly number[]): Layout {
  return {
    type: classes.string,
    size: 4,
    signed: false,
    littleEndian: true,
    vlen: true,
    cset: 1,
    shape: shape.map(BigInt),
    maxshape: null,
    total_size: sizeOf(shape),
  };
}
