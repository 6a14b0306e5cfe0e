// bzip2 decompression, with a bound on what comes out. Block and stream checksums are checked.

import Bunzip from "seek-bzip";
import { DoselapError, isDoselapError, messageOf } from "../errors.ts";
import { bytesSource, type ByteSource } from "./byte-source.ts";

const chunkBytes = 1 << 20;

/** True when the bytes begin like a bzip2 stream: "BZh" and a level from 1 to 9. */
export function isBzip2(bytes: Uint8Array): boolean {
  const level = bytes[3] ?? 0;
  return bytes[0] === 0x42 && bytes[1] === 0x5a && bytes[2] === 0x68 && level >= 0x31 && level <= 0x39;
}

/** Decompresses one or more concatenated streams in memory.
 * @throws Format when they are truncated, damaged, or give more than `maxBytes`. */
export function decompressBzip2(
  bytes: Uint8Array,
  { file, maxBytes }: { file: string; maxBytes: number },
): Uint8Array {
  const chunks: Uint8Array[] = [];
  unwrapBzip2(bytesSource(bytes, file), { maxBytes, emit: (chunk) => chunks.push(chunk.slice()) });
  return Buffer.concat(chunks);
}

/** Decompresses one or more concatenated streams piece by piece. `emit` gets memory that is used again.
 * @throws Format when they are truncated, damaged, or give more than `maxBytes`. */
export function unwrapBzip2(
  source: ByteSource,
  { maxBytes, emit }: { maxBytes: number; emit: (chunk: Uint8Array) => void },
): void {
  const { file } = source;
  const input = inputOf(source);
  const chunk = new Uint8Array(chunkBytes);
  let used = 0;
  let total = 0;
  const output = {
    writeByte(byte: number): void {
      if (used === chunk.length) {
        emit(chunk);
        used = 0;
      }
      if (++total > maxBytes) {
        throw new DoselapError("Format", "decompresses to more than is allowed", {
          file,
          expected: `at most ${maxBytes} bytes`,
          got: "more",
          hint: "If the file is to be trusted, decompress it with bunzip2 first.",
        });
      }
      chunk[used++] = byte;
    },
  };
  try {
    // One stream per call and no `eof`: told of the end, the decoder takes a cut between two blocks for a good one.
    do Bunzip.decode(input, output);
    while (input.position() < source.size);
  } catch (cause) {
    if (isDoselapError(cause)) throw cause;
    throw new DoselapError("Format", "the bzip2 stream is damaged", { file, got: messageOf(cause), cause });
  }
  emit(chunk.subarray(0, used));
}

/** The source as the decoder reads it: byte by byte. */
function inputOf(source: ByteSource) {
  const piece = new Uint8Array(Math.min(source.size, 1 << 16));
  let [first, end, position] = [0, 0, 0];
  function readByte(): number {
    // Past the end the decoder would go on with zeros.
    if (position >= source.size) {
      throw new DoselapError("Format", "the bzip2 stream is truncated", { file: source.file });
    }
    if (position >= end) {
      const length = Math.min(piece.length, source.size - position);
      source.readNow(piece, length, position);
      [first, end] = [position, position + length];
    }
    return piece[position++ - first]!;
  }
  return {
    readByte,
    read(target: Uint8Array, offset: number, length: number): number {
      const count = Math.min(length, source.size - position);
      for (let i = 0; i < count; i++) target[offset + i] = readByte();
      return count;
    },
    position: () => position,
  };
}
