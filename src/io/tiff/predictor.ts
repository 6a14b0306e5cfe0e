// Predictors of TIFF: what was stored as differences, summed up again. 2: of neighbouring pixels (TIFF 6.0, section 14);
// 3: of the bytes of floating-point numbers, whose bytes lie apart by significance (Adobe Photoshop TIFF technical note 3).

/** Undoes predictor 2 in place; `bytes` are little-endian, rows of `width` numbers of `itemBytes`. */
export function sumNeighbours(bytes: Uint8Array, width: number, itemBytes: number): void {
  const rowBytes = width * itemBytes;
  for (let row = 0; row + rowBytes <= bytes.length; row += rowBytes) {
    for (let at = row + itemBytes; at < row + rowBytes; at += itemBytes) {
      // Addition with carry, so that one loop does for every size of number.
      let carry = 0;
      for (let byte = 0; byte < itemBytes; byte++) {
        const sum = bytes[at + byte]! + bytes[at + byte - itemBytes]! + carry;
        bytes[at + byte] = sum;
        carry = sum >> 8;
      }
    }
  }
}

/** Undoes predictor 3: little-endian numbers, whatever the byte order of the file. */
export function joinFloatBytes(bytes: Uint8Array, width: number, itemBytes: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  const rowBytes = width * itemBytes;
  for (let row = 0; row + rowBytes <= bytes.length; row += rowBytes) {
    for (let at = row + 1; at < row + rowBytes; at++) bytes[at] = bytes[at]! + bytes[at - 1]!;
    for (let byte = 0; byte < itemBytes; byte++) {
      const plane = row + (itemBytes - 1 - byte) * width;
      for (let x = 0; x < width; x++) out[row + x * itemBytes + byte] = bytes[plane + x]!;
    }
  }
  return out;
}
