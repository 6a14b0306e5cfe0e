// Random access to the bytes of a file. A bzip2 file is decompressed first, into memory or a temporary file, so that
// everything above sees the content; what the bytes are is decided by the bytes, never by the file's name.

import { open, type FileHandle } from "node:fs/promises";
import { DoselapError } from "../errors.ts";
import { bytesSource, fileSource, type ByteSource } from "./byte-source.ts";
import { decompressBzip2, isBzip2, unwrapBzip2 } from "./bzip2.ts";
import { fileError } from "./file-error.ts";
import { openSpool } from "./spool.ts";

/** Bounds on memory, so that a hostile file fails instead of exhausting the machine. */
export interface ReadLimits {
  /** Largest array, bytes; default 4 GiB. */
  readonly maxArrayBytes?: number;
  /** Largest content of a bzip2 file, bytes; default 1000 times the file but 64 MiB … 4 GiB. */
  readonly maxDecompressedBytes?: number;
  /** Folder for a temporary file with the content of a bzip2 file; absent: it is held in memory. */
  readonly unwrapIn?: string | undefined;
}

const MiB = 2 ** 20;
const GiB = 2 ** 30;
export const defaultMaxArrayBytes = 4 * GiB;

/** Opens a file. @throws File when it cannot be read, Format for a damaged bzip2 stream. */
export async function openSource(file: string, limits: ReadLimits = {}): Promise<ByteSource> {
  let handle: FileHandle;
  try {
    handle = await open(file, "r");
  } catch (cause) {
    throw fileError("cannot be opened", file, cause);
  }
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) {
      throw new DoselapError("File", "is not a regular file", {
        file,
        got: stat.isDirectory() ? "a folder" : "a device",
      });
    }
    const source = fileSource(handle, { file, size: stat.size, wrapping: undefined });
    const head = new Uint8Array(Math.min(4, stat.size));
    await source.readInto(head, 0);
    if (!isBzip2(head)) return source;
    const content =
      limits.unwrapIn === undefined
        ? bytesSource(unwrap(await readAll(source), file, limits), file, "bzip2")
        : await unwrapInto(limits.unwrapIn, source, limits);
    await handle.close();
    return content;
  } catch (cause) {
    await handle.close();
    throw cause;
  }
}

/** Bytes that are already in memory; bzip2 is unwrapped. @throws Format for a damaged bzip2 stream. */
export function sourceOfBytes(bytes: Uint8Array, file: string, limits: ReadLimits = {}): ByteSource {
  return isBzip2(bytes) ? bytesSource(unwrap(bytes, file, limits), file, "bzip2") : bytesSource(bytes, file);
}

/** All bytes, in memory of their own. */
export async function readAll(source: ByteSource): Promise<Uint8Array> {
  const bytes = allocate(source.size, source.file);
  await source.readInto(bytes, 0);
  return bytes;
}

/** Zeroed memory. @throws Range when there is not enough. */
export function allocate(length: number, file: string, key?: string): Uint8Array {
  try {
    return new Uint8Array(length);
  } catch (cause) {
    throw new DoselapError("Range", "does not fit into memory", { file, key, got: `${length} bytes`, cause });
  }
}

function unwrap(compressed: Uint8Array, file: string, { maxDecompressedBytes }: ReadLimits): Uint8Array {
  const usual = Math.min(4 * GiB, Math.max(64 * MiB, 1000 * compressed.length));
  return decompressBzip2(compressed, { file, maxBytes: maxDecompressedBytes ?? usual });
}

/** A temporary file takes more than memory does: the ratio alone tells a bomb. */
async function unwrapInto(
  folder: string,
  source: ByteSource,
  { maxDecompressedBytes }: ReadLimits,
): Promise<ByteSource> {
  const maxBytes = maxDecompressedBytes ?? Math.max(64 * MiB, 1000 * source.size);
  const spool = await openSpool(folder);
  try {
    unwrapBzip2(source, { maxBytes, emit: spool.append });
    return spool.source(source.file, "bzip2");
  } catch (cause) {
    await spool.close();
    throw cause;
  }
}
