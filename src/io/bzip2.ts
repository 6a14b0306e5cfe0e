// bzip2 decompression into memory, with a bound on what comes out. Block and stream checksums are checked.

import Bunzip from "seek-bzip";
import { DoselapError, isDoselapError, messageOf } from "../errors.ts";

const chunkBytes = 1 << 20;

/** True when the bytes begin like a bzip2 stream: "BZh" and a level from 1 to 9. */
export function isBzip2(bytes: Uint8Array): boolean {
  const level = bytes[3] ?? 0;
  return bytes[0] === 0x42 && bytes[1] === 0x5a && bytes[2] === 0x68 && level >= 0x31 && level <= 0x39;
}

/** Decompresses one or more concatenated streams.
 * @throws Format when they are truncated, damaged, or give more than `maxBytes`. */
export function decompressBzip2(
  bytes: Uint8Array,
  { file, maxBytes }: { file?: string | undefined; maxBytes: number },
): Uint8Array {
  const chunks: Uint8Array[] = [];
  let chunk = new Uint8Array(0);
  let used = 0;
  let total = 0;
  let position = 0;

  const input = {
    readByte(): number {
      // Past the end the decoder would go on with zeros.
      if (position >= bytes.length)
        throw new DoselapError("Format", "the bzip2 stream is truncated", { file });
      return bytes[position++]!;
    },
    read(target: Uint8Array, offset: number, length: number): number {
      const part = bytes.subarray(position, position + length);
      target.set(part, offset);
      position += part.length;
      return part.length;
    },
  };
  const output = {
    writeByte(byte: number): void {
      if (used === chunk.length) {
        if (total > 0) chunks.push(chunk);
        chunk = new Uint8Array(chunkBytes);
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
    while (position < bytes.length);
  } catch (cause) {
    if (isDoselapError(cause)) throw cause;
    throw new DoselapError("Format", "the bzip2 stream is damaged", { file, got: messageOf(cause), cause });
  }
  chunks.push(chunk.subarray(0, used));
  return Buffer.concat(chunks, total);
}
