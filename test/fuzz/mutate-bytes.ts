// Damage that needs no knowledge of the format: flipped bits, cuts, pieces of another file, extreme numbers in any field.

import type { Mutator } from "./target.ts";

/** Lengths and counts at the edges of what their fields hold. */
const extremes = [
  0n,
  1n,
  0x7fn,
  0xffn,
  0x7fffn,
  0xffffn,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 64n - 1n,
];

const flipBits: Mutator = (input, random) => {
  const bytes = Uint8Array.from(input);
  for (let count = 1 + random.below(8); count > 0 && bytes.length > 0; count--)
    bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
  return bytes;
};

const truncate: Mutator = (input, random) => input.slice(0, random.below(input.length));

/** The beginning of one file and the end of another. */
const splice: Mutator = (input, random, others) => {
  const other = random.pick(others);
  return Buffer.concat([
    input.subarray(0, random.below(input.length)),
    other.subarray(random.below(other.length)),
  ]);
};

const repeatPiece: Mutator = (input, random) => {
  const from = random.below(input.length);
  const piece = input.subarray(from, from + 1 + random.below(64));
  const times = random.chance(0.1) ? 1 + random.below(1000) : 1 + random.below(4);
  return Buffer.concat([
    input.subarray(0, from),
    ...new Array<Uint8Array>(times).fill(piece),
    input.subarray(from),
  ]);
};

const removePiece: Mutator = (input, random) => {
  const from = random.below(input.length);
  return Buffer.concat([input.subarray(0, from), input.subarray(from + 1 + random.below(64))]);
};

const extremeField: Mutator = (input, random) => {
  const size = random.pick([1, 2, 4, 8]);
  if (input.length < size) return input;
  const bytes = Buffer.from(input);
  let value = BigInt.asUintN(8 * size, random.pick(extremes));
  const at = random.below(bytes.length - size + 1);
  for (let i = 0; i < size; i++, value >>= 8n) bytes[at + i] = Number(value & 0xffn);
  return bytes;
};

const fillPiece: Mutator = (input, random) => {
  const from = random.below(input.length);
  return Uint8Array.from(input).fill(random.pick([0, 0xff, 0x20, 0x41]), from, from + 1 + random.below(256));
};

export const byteMutators: readonly Mutator[] = [
  flipBits,
  truncate,
  splice,
  repeatPiece,
  removePiece,
  extremeField,
  fillPiece,
];
