// Writing ZIP archives deterministically. APPNOTE.TXT 6.3.10 (PKWARE), through yazl.

import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ZipFile as ZipWriter } from "yazl";

/** A member to write: its content comes in pieces and is made when its turn comes. */
export interface ZipContent {
  readonly name: string;
  readonly size: number;
  readonly chunks: () => Iterable<Uint8Array>;
}

/** Writes an archive: deflate level 1, no times, members in the order given; same content, same bytes.
 * zip64 comes in where a size needs it. */
export async function writeZip(path: string, contents: Iterable<ZipContent>): Promise<void> {
  const zip = new ZipWriter();
  // DOS times are local: the first moment of 1980 on any clock gives the same bits in every time zone.
  const mtime = new globalThis.Date(1980, 0, 1);
  const options = { mtime, forceDosTimestamp: true, mode: 0o100644, compressionLevel: 1 };
  for (const { name, size, chunks } of contents) {
    zip.addReadStreamLazy(name, { ...options, size }, (ready) => {
      ready(null, Readable.from(chunks(), { objectMode: false }));
    });
  }
  const failed = new Promise<never>((_resolve, reject) => zip.on("error", reject));
  zip.end();
  await Promise.race([pipeline(zip.outputStream, createWriteStream(path)), failed]);
}
