// Random access to the bytes of a file. A bzip2 file is decompressed into memory first, so that everything
// above sees the content; what the bytes are is decided by the bytes, never by the file's name.

import { open, type FileHandle } from "node:fs/promises";
import { DoselapError } from "../errors.ts";
import { decompressBzip2, isBzip2 } from "./bzip2.ts";
import { fileError } from "./file-error.ts";

export interface ByteSource {
  /** As the user named it, for messages. */
  readonly file: string;
  readonly size: number;
  /** How the bytes were wrapped: "bzip2", or undefined for as they are. */
  readonly wrapping: "bzip2" | undefined;
  /** Fills `target` from `position`. @throws Format when the bytes end before. */
  readInto(target: Uint8Array, position: number): Promise<void>;
  close(): Promise<void>;
}

/** Bounds on memory, so that a hostile file fails instead of exhausting the machine. */
export interface ReadLimits {
  /** Largest array, bytes; default 4 GiB. */
  readonly maxArrayBytes?: number;
  /** Largest content of a bzip2 file, bytes; default 1000 times the file but 64 MiB … 4 GiB. */
  readonly maxDecompressedBytes?: number;
}

const MiB = 2 ** 20;
const GiB = 2 ** 30;
export const defaultMaxArrayBytes = 4 * GiB;
/** One read call; Node refuses more than 2 GiB. */
const maxReadBytes = GiB;

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
    const source = fileSource(file, handle, stat.size);
    const head = new Uint8Array(Math.min(4, stat.size));
    await source.readInto(head, 0);
    if (!isBzip2(head)) return source;
    const compressed = await readAll(source);
    await handle.close();
    return bytesSource(unwrap(compressed, file, limits), file, "bzip2");
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

function fileSource(file: string, handle: FileHandle, size: number): ByteSource {
  return {
    file,
    size,
    wrapping: undefined,
    async readInto(target, position) {
      let done = 0;
      while (done < target.length) {
        const length = Math.min(target.length - done, maxReadBytes);
        let count: number;
        try {
          count = (await handle.read(target, done, length, position + done)).bytesRead;
        } catch (cause) {
          throw fileError("cannot be read", file, cause);
        }
        if (count === 0) throw truncated(file, position + target.length, position + done);
        done += count;
      }
    },
    close: () => handle.close(),
  };
}

function bytesSource(bytes: Uint8Array, file: string, wrapping?: "bzip2"): ByteSource {
  return {
    file,
    size: bytes.length,
    wrapping,
    readInto(target, position) {
      const part = bytes.subarray(position, position + target.length);
      if (part.length < target.length)
        return Promise.reject(truncated(file, position + target.length, bytes.length));
      target.set(part);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}

function truncated(file: string, expected: number, got: number): DoselapError {
  return new DoselapError("Format", "the file is truncated", {
    file,
    expected: `at least ${expected} bytes`,
    got: `${got}`,
  });
}
