// What a frame's values say about the light: amplitudes squared, the dark frame subtracted, the flat field divided by. Survey and
// crop see the same light because both read it here.

import type { Domain } from "../io/scan/raw-scan.ts";

export interface Correction {
  /** What the values are; absent: linear in the light. */
  readonly domain?: Domain | undefined;
  /** [height, width], detector units. */
  readonly dark?: Float64Array | undefined;
  /** [height, width], 1 = as bright as it should be. */
  readonly flat?: Float64Array | undefined;
}

/** A float32 √n squared misses n by 2^-23 of it at most; so near a whole number it is that number. */
const squareError = 2 ** -22;

/** Detector units of light, one frame or several after one another, in place. */
export function toLight(values: Float64Array, pixels: number, { domain, dark, flat }: Correction): void {
  if (domain !== "amplitude" && dark === undefined && flat === undefined) return;
  for (let i = 0; i < values.length; i++) {
    const pixel = i % pixels;
    const value = domain === "amplitude" ? squared(values[i]!) : values[i]!;
    const lit = dark === undefined ? value : value - dark[pixel]!;
    values[i] = flat === undefined ? lit : lit / flat[pixel]!;
  }
}

/** Keeps the sign, so that an amplitude below 0 is still seen as none. */
function squared(value: number): number {
  const square = value * Math.abs(value);
  const whole = Math.round(square);
  return Math.abs(square - whole) <= squareError * Math.abs(square) ? whole : square;
}
