// Bytes at any position, of an open file or in memory: asynchronously, and at once for loops that cannot wait.

import { readSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { DoselapError } from "../errors.ts";
import { fileError } from "./file-error.ts";

export interface ByteSource {
  /** As the user named it, for messages. */
  readonly file: string;
  readonly size: number;
  /** How the bytes were wrapped: "bzip2", or undefined for as they are. */
  readonly wrapping: "bzip2" | undefined;
  /** Fills `target` from `position`. @throws Format when the bytes end before. */
  readInto(target: Uint8Array, position: number): Promise<void>;
  /** Fills the first `length` bytes of `target`, at once; allocates nothing. @throws as readInto does. */
  readNow(target: Uint8Array, length: number, position: number): void;
  close(): Promise<void>;
}

/** One read call; Node refuses more than 2 GiB. */
const maxReadBytes = 2 ** 30;

/** An open file, or one that was unwrapped into an open file. */
export function fileSource(
  handle: FileHandle,
  { file, size, wrapping }: Pick<ByteSource, "file" | "size" | "wrapping">,
): ByteSource {
  const { fd } = handle;
  return {
    file,
    size,
    wrapping,
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
    readNow(target, length, position) {
      let done = 0;
      while (done < length) {
        let count: number;
        try {
          count = readSync(fd, target, done, Math.min(length - done, maxReadBytes), position + done);
        } catch (cause) {
          throw fileError("cannot be read", file, cause);
        }
        if (count === 0) throw truncated(file, position + length, position + done);
        done += count;
      }
    },
    close: () => handle.close(),
  };
}

/** Bytes in memory. */
export function bytesSource(bytes: Uint8Array, file: string, wrapping?: "bzip2"): ByteSource {
  function readNow(target: Uint8Array, length: number, position: number): void {
    if (position + length > bytes.length) throw truncated(file, position + length, bytes.length);
    target.set(bytes.subarray(position, position + length));
  }
  return {
    file,
    size: bytes.length,
    wrapping,
    readNow,
    // A promise that fails, not a throw: callers race and catch it.
    readInto: async (target, position) => readNow(target, target.length, position),
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
