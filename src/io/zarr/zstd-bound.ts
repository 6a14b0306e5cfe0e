// How many bytes a Zstandard frame gives, from its headers alone: RFC 8878, section 3.1.

const magic = 0xfd2f_b528;
const largestBlock = 2 ** 17;

/** `isExact`: the frame declares it; else what its blocks can give at most. @throws RangeError for what is no frame. */
export function zstdBound(bytes: Uint8Array): { readonly most: number; readonly isExact: boolean } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== magic) throw new RangeError("it is no frame of Zstandard");
  const descriptor = view.getUint8(4);
  const isSingle = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!;
  const at = 5 + (isSingle ? 0 : 1) + dictionaryBytes;
  switch (descriptor >>> 6) {
    case 0:
      return isSingle
        ? { most: view.getUint8(at), isExact: true }
        : { most: blocks(view, at), isExact: false };
    case 1:
      return { most: view.getUint16(at, true) + 256, isExact: true };
    case 2:
      return { most: view.getUint32(at, true), isExact: true };
    default:
      return { most: Number(view.getBigUint64(at, true)), isExact: true };
  }
}

function blocks(view: DataView, start: number): number {
  let most = 0;
  for (let at = start; ;) {
    const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    const [isLast, kind, size] = [(header & 1) === 1, (header >>> 1) & 3, header >>> 3];
    // Raw, one byte repeated, compressed.
    most += kind === 2 ? largestBlock : size;
    if (isLast) return most;
    at += 3 + (kind === 1 ? 1 : size);
  }
}
