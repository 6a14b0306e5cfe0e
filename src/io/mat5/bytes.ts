// Bytes of one variable of a MATLAB 5 file at any position: as they lie in the file, or decompressed on the way. A compressed
// variable is read forwards, so that blocks that follow each other cost one pass; going back begins again.

import { DoselapError } from "../../errors.ts";
import type { ByteSource } from "../byte-source.ts";
import { inflatedPieces, type DeflatedRange } from "../inflated.ts";
import { allocate } from "../source.ts";

export interface Bytes {
  readonly size: number;
  /** In memory of its own. @throws Format beyond the end. */
  at(position: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** A range of a file. */
export function plainBytes(source: ByteSource, start: number, size: number, key: string): Bytes {
  return {
    size,
    async at(position, length) {
      refuseBeyond(size, position + length, { file: source.file, key });
      const bytes = allocate(length, source.file, key);
      await source.readInto(bytes, start + position);
      return bytes;
    },
    close: () => Promise.resolve(),
  };
}

/** A compressed range of a file, whose content has this size. */
export function inflatedBytes(source: ByteSource, range: DeflatedRange, size: number): Bytes {
  let pieces: AsyncGenerator<Uint8Array> | undefined;
  let piece = new Uint8Array(0);
  /** Where in the content the piece begins. */
  let start = 0;
  let last: Promise<unknown> = Promise.resolve();

  async function close(): Promise<void> {
    await pieces?.return(undefined);
    [pieces, piece, start] = [undefined, new Uint8Array(0), 0];
  }

  async function read(position: number, length: number): Promise<Uint8Array> {
    refuseBeyond(size, position + length, range.where);
    const out = allocate(length, source.file, range.where.key);
    if (position < start) await close();
    pieces ??= inflatedPieces(source, range);
    for (let done = 0; done < length;) {
      const at = position + done - start;
      if (at < piece.length) {
        const part = piece.subarray(at, at + length - done);
        out.set(part, done);
        done += part.length;
        continue;
      }
      start += piece.length;
      const next = await pieces.next();
      if (next.done === true) refuseBeyond(start, position + length, range.where);
      piece = next.done === true ? piece : new Uint8Array(next.value);
    }
    return out;
  }

  return {
    size,
    // One reader at a time: the stream has one place.
    at(position, length) {
      const result = last.then(() => read(position, length));
      last = result.catch(() => undefined);
      return result;
    },
    close,
  };
}

function refuseBeyond(
  size: number,
  end: number,
  where: { readonly file: string; readonly key: string },
): void {
  if (end <= size) return;
  throw new DoselapError("Format", "the file is truncated", {
    ...where,
    expected: `at least ${end} bytes`,
    got: `${size}`,
  });
}
