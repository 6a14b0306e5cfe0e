// Whether a blosc chunk can be decompressed at all: the library answers a damaged one with whatever lies in its memory. Where the parts lie
// is always looked at; those that zlib made are decompressed once more, since zlib has a checksum of its own.
// https://github.com/Blosc/c-blosc/blob/main/README_CHUNK_FORMAT.rst

import { inflateSync } from "node:zlib";

const headBytes = 16;
const [copied, unsplit] = [0x2, 0x10];
const zlibCodec = 3;
/** blosc splits a block by the bytes of its elements: not for larger ones, nor into parts shorter than this. */
const [widestSplit, shortestPart] = [16, 128];

/** `bytes` has the length that its header declares. @throws RangeError for parts outside of it, Error for what zlib refuses. */
export function checkBlosc(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [flags, itemBytes] = [bytes[2]!, bytes[3]!];
  const [size, blockSize] = [view.getUint32(4, true), view.getUint32(8, true)];
  if (size === 0) return;
  if ((flags & copied) !== 0) {
    if (bytes.length < headBytes + size) throw new RangeError("it ends within its content");
    return;
  }
  const blocks = blockSize === 0 ? Infinity : Math.ceil(size / blockSize);
  if (headBytes + 4 * blocks > bytes.length) throw new RangeError(`it declares ${blocks} blocks`);
  for (let block = 0; block < blocks; block++) {
    const length = Math.min(blockSize, size - block * blockSize);
    const isSplit =
      (flags & unsplit) === 0 &&
      itemBytes <= widestSplit &&
      length === blockSize &&
      blockSize / itemBytes >= shortestPart;
    const parts = isSplit ? itemBytes : 1;
    let at = view.getUint32(headBytes + 4 * block, true);
    for (let part = 0; part < parts; part++) {
      if (at + 4 > bytes.length) throw new RangeError("it has a block outside of it");
      const packed = view.getUint32(at, true);
      if (at + 4 + packed > bytes.length) throw new RangeError("it has a block outside of it");
      const expected = Math.floor(length / parts);
      const content = bytes.subarray(at + 4, at + 4 + packed);
      // What does not shrink is left as it is.
      if (packed !== expected && flags >> 5 === zlibCodec) {
        const got = inflateSync(content, { maxOutputLength: expected }).length;
        if (got !== expected) throw new RangeError(`it has a block of ${got} bytes`);
      }
      at += 4 + packed;
    }
  }
}
