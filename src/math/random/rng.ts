// A stream of random numbers with an address: (seed, stream, dose, frame, pixel). Two streams with
// different addresses never share a number, and a stream can be opened anywhere without drawing what lies before.

import { DoselapError } from "../../errors.ts";
import { philox4x32 } from "./philox.ts";

/** What the numbers are for: part of the key, so that two uses of one seed are independent. */
export const streams = {
  noise: 1,
  scan: 2,
  phantom: 3,
  thinning: 4,
  grouping: 5,
  subsampling: 6,
  engine: 7,
  halves: 8,
  probe: 9,
  heldOut: 10,
  network: 11,
  training: 12,
  bootstrap: 13,
  floor: 14,
} as const;
export type Stream = keyof typeof streams;

export interface RngAddress {
  readonly dose?: number;
  readonly frame?: number;
  readonly pixel?: number;
}

export interface Rng {
  /** uint32. */
  next(): number;
  /** [0, 1), 53 bits. */
  uniform(): number;
  /** Uniform integer in [0, n), without bias. */
  integer(n: number): number;
  /** Moves to another address of the same seed, stream and dose: no allocation, for loops over pixels. */
  seek(frame: number, pixel: number): void;
}

/** Opens the stream. @throws Range when the seed or the address is no integer from 0 to 2³² − 1. */
export function createRng(
  seed: number,
  stream: Stream,
  { dose = 0, frame = 0, pixel = 0 }: RngAddress = {},
): Rng {
  for (const [key, value] of Object.entries({ seed, dose, frame, pixel })) {
    if (value >>> 0 === value) continue;
    throw new DoselapError("Range", "random streams need whole numbers", {
      key,
      expected: "an integer from 0 to 4294967295",
      got: String(value),
    });
  }
  const block = new Uint32Array(4);
  const key1 = streams[stream];
  let frameAt = frame;
  let pixelAt = pixel;
  let counter = 0;
  let used = 4;

  function next(): number {
    if (used === 4) {
      philox4x32(counter++, pixelAt, frameAt, dose, seed, key1, block);
      used = 0;
    }
    return block[used++]!;
  }
  function uniform(): number {
    const high = next() >>> 5;
    const low = next() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }
  function integer(n: number): number {
    if (!(Number.isInteger(n) && n >= 1 && n <= 4294967296)) {
      throw new DoselapError("Range", "no integer can be drawn below this", {
        expected: "an integer from 1 to 4294967296",
        got: String(n),
      });
    }
    // Rejects the uneven tail of the 32-bit range, so that every value is equally likely.
    const limit = 4294967296 - (4294967296 % n);
    let value = next();
    while (value >= limit) value = next();
    return value % n;
  }
  function seek(toFrame: number, toPixel: number): void {
    frameAt = toFrame;
    pixelAt = toPixel;
    counter = 0;
    used = 4;
  }
  return { next, uniform, integer, seek };
}

/** A standard normal deviate (Box–Muller, cosine branch). */
export function normal(rng: Rng): number {
  const radius = Math.sqrt(-2 * Math.log(1 - rng.uniform()));
  return radius * Math.cos(2 * Math.PI * rng.uniform());
}

/** Shuffles in place (Fisher–Yates). */
export function shuffle(items: { [index: number]: number; readonly length: number }, rng: Rng): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = rng.integer(i + 1);
    const held = items[i]!;
    items[i] = items[j]!;
    items[j] = held;
  }
}
