// IEEE 754 half precision to float32. Every half is a float32, so widening is exact.
// sign 1 bit, exponent 5 bits (bias 15), fraction 10 bits.

/** The value of one half, given as its 16 bits. */
export function halfToNumber(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Widens halves to float32, in the same order. */
export function widenHalves(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, halfToNumber);
}
