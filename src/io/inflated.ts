// Deflated bytes of a file, decompressed in pieces: neither the whole input nor the whole output is ever in memory.

import { pipeline, Readable } from "node:stream";
import { createInflate, createInflateRaw } from "node:zlib";
import { DoselapError, isDoselapError, messageOf } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";

const pieceBytes = 1 << 18;

export interface DeflatedRange {
  readonly start: number;
  readonly length: number;
  /** With zlib's header and checksum, or without. */
  readonly wrapping: "zlib" | "raw";
  readonly where: { readonly file: string; readonly key: string };
}

/** Pieces in order, each in memory of its own. @throws Format for damaged ones. */
export async function* inflatedPieces(
  source: ByteSource,
  { start, length, wrapping, where }: DeflatedRange,
): AsyncGenerator<Uint8Array> {
  const options = { chunkSize: pieceBytes };
  const inflater = wrapping === "raw" ? createInflateRaw(options) : createInflate(options);
  async function* compressed(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < length; at += pieceBytes) {
      // The inflater keeps what it is given for a while: each piece has memory of its own.
      const bytes = new Uint8Array(Math.min(pieceBytes, length - at));
      await source.readInto(bytes, start + at);
      yield bytes;
    }
  }
  // Errors of either end arrive at the loop; the callback has nothing to add.
  pipeline(Readable.from(compressed(), { highWaterMark: 1 }), inflater, () => {});
  try {
    for await (const piece of inflater) yield piece as Uint8Array;
  } catch (cause) {
    if (isDoselapError(cause)) throw cause;
    throw new DoselapError("Format", "cannot be decompressed", {
      ...where,
      got: messageOf(cause),
      hint: "The file is truncated, damaged or made to mislead.",
      cause,
    });
  }
}
