// Bitshuffle with zstd, which the library's own filter was built without. A chunk is the size of its content (8 bytes, the largest
// first), the size of a block, and each block compressed; in a block the bits lie by their place in an element, all first bits before
// all second ones. What is left of fewer than 8 elements follows as it is.
// A writer without zstd of its own (Debian's hdf5plugin) leaves the shuffled bits alone, uncompressed and without sizes.
// Masui et al., Astronomy and Computing 12, 181 (2015), doi:10.1016/j.ascom.2015.07.002.

interface Shape {
  /** Of the content, bytes. */
  readonly size: number;
  readonly itemBytes: number;
  /** Elements; 0 = as bitshuffle chooses. */
  readonly blockItems: number;
}

/** Undoes the filter. `inflate` gives `size` bytes of a compressed block. @throws RangeError for bytes that are no such chunk. */
export async function bitUnshuffled(
  chunk: Uint8Array,
  { size, itemBytes, blockItems }: Shape,
  inflate: (block: Uint8Array, size: number) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  if (chunk.length < 12 || Number(view.getBigUint64(0)) !== size) {
    if (chunk.length === size) return bare(chunk, { size, itemBytes, blockItems });
    throw new RangeError("its header declares another size");
  }
  const blockBytes = view.getUint32(8);
  const unit = 8 * itemBytes;
  if (blockBytes === 0 || blockBytes % unit !== 0)
    throw new RangeError(`its blocks have ${blockBytes} bytes`);
  const out = new Uint8Array(size);
  const shuffled = size - (size % unit);
  let at = 12;
  for (let done = 0; done < shuffled;) {
    const bytes = Math.min(blockBytes, shuffled - done);
    if (at + 4 > chunk.length) throw new RangeError("it ends within its blocks");
    const length = view.getUint32(at);
    const block = chunk.subarray(at + 4, at + 4 + length);
    if (block.length < length) throw new RangeError("it ends within a block");
    transposeBits(await inflate(block, bytes), out.subarray(done, done + bytes), itemBytes);
    at += 4 + length;
    done += bytes;
  }
  const rest = chunk.subarray(at, at + size - shuffled);
  if (rest.length < size - shuffled) throw new RangeError("it ends before its last elements");
  out.set(rest, shuffled);
  return out;
}

/** Bytes of a block that bitshuffle chooses, and fewest elements. */
const [usualBytes, fewestItems] = [8192, 128];

function bare(chunk: Uint8Array, { size, itemBytes, blockItems }: Shape): Uint8Array {
  const usual = Math.max(fewestItems, 8 * Math.floor(usualBytes / itemBytes / 8));
  const block = (blockItems === 0 ? usual : blockItems) * itemBytes;
  const out = chunk.slice();
  const shuffled = size - (size % (8 * itemBytes));
  for (let at = 0; at < shuffled; at += block) {
    const end = Math.min(at + block, shuffled);
    transposeBits(chunk.subarray(at, end), out.subarray(at, end), itemBytes);
  }
  return out;
}

/** Eight bytes, each of one bit of eight elements, become one byte of each of these: an 8 × 8 matrix of bits transposed in
 * two halves (Warren, Hacker's Delight, 2nd ed., section 7-3). */
function transposeBits(from: Uint8Array, to: Uint8Array, itemBytes: number): void {
  const groups = to.length / (8 * itemBytes);
  for (let byte = 0; byte < itemBytes; byte++) {
    for (let group = 0; group < groups; group++) {
      let [low, high] = [0, 0];
      for (let bit = 3; bit >= 0; bit--) {
        low = (low << 8) | from[(8 * byte + bit) * groups + group]!;
        high = (high << 8) | from[(8 * byte + bit + 4) * groups + group]!;
      }
      let swap = (low ^ (low >>> 7)) & 0x00aa00aa;
      low ^= swap ^ (swap << 7);
      swap = (high ^ (high >>> 7)) & 0x00aa00aa;
      high ^= swap ^ (swap << 7);
      swap = (low ^ (low >>> 14)) & 0x0000cccc;
      low ^= swap ^ (swap << 14);
      swap = (high ^ (high >>> 14)) & 0x0000cccc;
      high ^= swap ^ (swap << 14);
      const first = (low & 0x0f0f0f0f) | ((high & 0x0f0f0f0f) << 4);
      const last = ((low >>> 4) & 0x0f0f0f0f) | (high & 0xf0f0f0f0);
      const start = 8 * group * itemBytes + byte;
      for (let k = 0; k < 4; k++) {
        to[start + k * itemBytes] = (first >>> (8 * k)) & 255;
        to[start + (k + 4) * itemBytes] = (last >>> (8 * k)) & 255;
      }
    }
  }
}
