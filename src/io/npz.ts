// NPZ files: named .npy arrays in a ZIP archive, read lazily and written deterministically.
// https://numpy.org/doc/stable/reference/generated/numpy.savez.html

import { parse as parsePath } from "node:path";
import { shapeText, type AnyArray } from "../array/ndarray.ts";
import { DoselapError } from "../errors.ts";
import { replaceFile } from "./atomic.ts";
import {
  checkLength,
  checkArray,
  decodeElements,
  elementByteLength,
  elementChunks,
  encodeNpyHeader,
  refuseUnreadable,
} from "./npy.ts";
import { isNpy, npyHeaderBytes, parseNpyHeader, type NpyHeader } from "./npy-header.ts";
import type { ByteSource } from "./byte-source.ts";
import { openRows, visitRows, type RowOptions, type RowReader } from "./npz-rows.ts";
import { defaultMaxArrayBytes, openSource, sourceOfBytes, type ReadLimits } from "./source.ts";
import { isTiff } from "./tiff/directory.ts";
import { isZip, openZip, type ZipArchive, type ZipMember } from "./zip.ts";
import { writeZip, type ZipContent } from "./zip-write.ts";

export interface NpzFile {
  /** As the user named it. */
  readonly file: string;
  /** Array names, in the file's order. */
  readonly names: readonly string[];
  /** Members that are no arrays. */
  readonly otherMembers: readonly string[];
  /** "bzip2" when the archive itself was compressed. */
  readonly wrapping: "bzip2" | undefined;
  /** Bytes of the archive, unwrapped. */
  readonly size: number;
  /** dtype and shape, without reading the elements. @throws Format. */
  header(name: string): Promise<NpyHeader>;
  /** One array, checksummed. @throws Format for a damaged one or one of Python objects, Range beyond the limits. */
  read(name: string): Promise<AnyArray>;
  /** Bytes of an array with its header once decompressed, and as they lie in the file. */
  storage(name: string): {
    readonly bytes: number;
    readonly storedBytes: number;
    readonly isCompressed: boolean;
  };
  /** All rows of an array once, checksummed, none of them kept. @throws as `read` does. */
  visitRows(name: string, options: RowOptions): Promise<void>;
  /** The same, and then any row when it is asked for: for arrays that are larger than memory. Close both.
   * @throws as `read` does, File when `scratch` has no room for the temporary file of a compressed array. */
  openRows(name: string, options: RowOptions & { readonly scratch: string }): Promise<RowReader>;
  close(): Promise<void>;
}

/** Header bytes that are fetched at first; numpy's headers are 128 bytes long as a rule. */
const firstBytes = 512;

/** Opens an NPZ file, bzip2-compressed or not. Close it.
 * @throws File when it cannot be read, Format when it is no sound NPZ. */
export async function openNpz(file: string, limits: ReadLimits = {}): Promise<NpzFile> {
  return openNpzSource(await openSource(file, limits), limits);
}

/** The same for bytes in memory; `file` is for messages. */
export async function openNpzBytes(
  bytes: Uint8Array,
  file: string,
  limits: ReadLimits = {},
): Promise<NpzFile> {
  return openNpzSource(sourceOfBytes(bytes, file, limits), limits);
}

/** The same for an open source, which is closed when this throws, else by `close`. */
export async function openNpzSource(source: ByteSource, limits: ReadLimits = {}): Promise<NpzFile> {
  try {
    return await npzOf(source, limits);
  } catch (cause) {
    await source.close();
    throw cause;
  }
}

/** How an HDF5 file begins. */
const hdf5Head = [0x89, 0x48, 0x44, 0x46];

/** What else the bytes are, when measured scans come in it. */
function otherKind(head: Uint8Array): string | undefined {
  if (hdf5Head.every((byte, i) => head[i] === byte)) return "HDF5";
  if (isNpy(head)) return "one numpy array";
  return isTiff(head) ? "TIFF" : undefined;
}

function prepareHint(file: string, kind: string): string {
  const { name } = parsePath(file);
  return `This is ${kind}. If it is a measured scan, make a dataset of it first: doselap prepare ${file} --out ${name}.npz`;
}

async function npzOf(
  source: ByteSource,
  { maxArrayBytes = defaultMaxArrayBytes }: ReadLimits,
): Promise<NpzFile> {
  const { file, wrapping } = source;
  const head = new Uint8Array(Math.min(8, source.size));
  await source.readInto(head, 0);
  if (!isZip(head)) {
    const kind = otherKind(head);
    throw new DoselapError("Format", "is not an NPZ file", {
      file,
      expected: "a ZIP archive of .npy arrays",
      got:
        source.size === 0
          ? "an empty file"
          : `the bytes ${Buffer.from(head.subarray(0, 4)).toString("hex")} first`,
      ...(kind === undefined ? {} : { hint: prepareHint(file, kind) }),
    });
  }
  const zip = await openZip(source);
  const members = new Map<string, ZipMember>();
  const otherMembers: string[] = [];
  for (const member of zip.members) {
    if (!member.name.endsWith(".npy")) {
      otherMembers.push(member.name);
      continue;
    }
    const key = member.name.slice(0, -".npy".length);
    if (members.has(key)) throw new DoselapError("Format", "has two arrays of one name", { file, key });
    members.set(key, member);
  }
  const names = [...members.keys()];
  const memberOf = (key: string): ZipMember => {
    const member = members.get(key);
    if (member !== undefined) return member;
    throw new DoselapError("Format", "has no array of this name", {
      file,
      key,
      expected: names.length === 0 ? "an archive with arrays" : `one of ${names.join(", ")}`,
    });
  };
  const headerIn = (key: string): Promise<NpyHeader> => headerOf(zip, memberOf(key), { file, key });
  const rowMember = async (key: string) => ({
    source,
    zip,
    member: memberOf(key),
    header: await headerIn(key),
    key,
  });
  return {
    file,
    names,
    otherMembers,
    wrapping,
    size: source.size,
    header: headerIn,
    async read(key) {
      const where = { file, key };
      const member = memberOf(key);
      const header = await headerOf(zip, member, where);
      refuseUnreadable(header, where);
      // Both before anything of that size is allocated.
      checkLength(header, member.size - header.dataOffset, where);
      if (member.size > maxArrayBytes) {
        throw new DoselapError("Range", "is larger than this reader takes", {
          ...where,
          expected: `at most ${maxArrayBytes} bytes`,
          got: `${member.size} bytes, ${header.name} ${shapeText(header.shape)}`,
        });
      }
      const bytes = await zip.read(member);
      return decodeElements(header, bytes.subarray(header.dataOffset), where);
    },
    storage(name) {
      const { size: bytes, storedSize: storedBytes, isCompressed } = memberOf(name);
      return { bytes, storedBytes, isCompressed };
    },
    visitRows: async (name, options) => visitRows(await rowMember(name), options),
    openRows: async (name, options) => openRows(await rowMember(name), options),
    close: () => source.close(),
  };
}

async function headerOf(
  zip: ZipArchive,
  member: ZipMember,
  where: { file: string; key: string },
): Promise<NpyHeader> {
  const head = await zip.head(member, firstBytes);
  const needed = npyHeaderBytes(head, where);
  return parseNpyHeader(head.length >= needed ? head : await zip.head(member, needed), where);
}

/** Writes arrays in the order given: same arrays, same bytes. The file appears whole or not at all.
 * @throws File when it cannot be written, Shape or Range for an array or a name that does not fit. */
export async function writeNpz(path: string, arrays: Readonly<Record<string, AnyArray>>): Promise<void> {
  const contents = Object.entries(arrays).map(([key, array]) => {
    if (!/^[^/\\:\0]+$/.test(key) || key.startsWith(".")) {
      throw new DoselapError("Range", "an array cannot have this name", {
        file: path,
        key,
        expected: "a name without / \\ : or a leading dot",
      });
    }
    checkArray(array, { file: path, key });
    return contentOf(key, array);
  });
  await replaceFile(path, (temporary) => writeZip(temporary, contents));
}

function contentOf(key: string, array: AnyArray): ZipContent {
  const header = encodeNpyHeader(array);
  return {
    name: `${key}.npy`,
    size: header.length + elementByteLength(array),
    *chunks() {
      yield header;
      yield* elementChunks(array);
    },
  };
}
