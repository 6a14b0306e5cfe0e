// CRC-32C, Castagnoli's polynomial, as Zarr's chunks and indexes have it: RFC 3720, appendix B.4.

const reflected = 0x82f6_3b78;
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let register = byte;
  for (let bit = 0; bit < 8; bit++) register = (register >>> 1) ^ (register & 1 ? reflected : 0);
  return register;
});

export function crc32c(bytes: Uint8Array): number {
  let register = 0xffff_ffff;
  for (const byte of bytes) register = (register >>> 8) ^ table[(register ^ byte) & 0xff]!;
  return (register ^ 0xffff_ffff) >>> 0;
}
