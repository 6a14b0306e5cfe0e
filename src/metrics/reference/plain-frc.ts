// Fourier ring correlation as the earlier study took it: no window, the mean left in, the modulus of the ring's sum instead
// of its real part, rings 0 … to the corners, frequency as ring number. Where it stays above a threshold the older value is
// the curve's length; the state beside it says so (F-37: frc.ts is what doselap uses itself).

import type { RealImage } from "../../array/ndarray.ts";
import { fft2Float64, signedIndex } from "../../math/fft64.ts";
import { findCrossing, type CrossingState } from "../crossing.ts";
import { centralSquare, cropImage } from "../mask.ts";

export interface RingReading {
  readonly crossing: CrossingState;
  /** Ring number, fractional between rings; the curve's length for `never`; null for `absent`. */
  readonly ring: number | null;
}

/** |Σ F1 F2*| / √(Σ|F1|² Σ|F2|²) of the central square, for rings 0, 1, …; null for a ring without power. */
export function plainFrc(a: RealImage, b: RealImage): (number | null)[] {
  const box = centralSquare({ x0: 0, y0: 0, x1: a.width, y1: a.height });
  const size = box.x1 - box.x0;
  const first = spectrum(cropImage(a, box));
  const second = spectrum(cropImage(b, box));
  const radius = (x: number, y: number): number =>
    Math.round(Math.sqrt(signedIndex(x, size) ** 2 + signedIndex(y, size) ** 2));
  const corner = Math.floor(size / 2);
  const rings = radius(corner, corner) + 1;
  const [re, im, powerA, powerB] = [0, 0, 0, 0].map(() => new Float64Array(rings)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let i = 0; i < size * size; i++) {
    const r = radius(i % size, Math.floor(i / size));
    const [ar, ai, br, bi] = [first[2 * i]!, first[2 * i + 1]!, second[2 * i]!, second[2 * i + 1]!];
    re[r] = re[r]! + ar * br + ai * bi;
    im[r] = im[r]! + ai * br - ar * bi;
    powerA[r] = powerA[r]! + ar * ar + ai * ai;
    powerB[r] = powerB[r]! + br * br + bi * bi;
  }
  return Array.from(re, (_, r) => {
    const power = Math.sqrt(powerA[r]! * powerB[r]!);
    return power > 0 ? Math.hypot(re[r]!, im[r]!) / power : null;
  });
}

/** The first ring below a threshold, linear between rings. */
export function ringBelow(curve: readonly (number | null)[], threshold: number): RingReading {
  const numbers = curve.map((_, ring) => ring);
  const { state, frequency } = findCrossing(numbers, curve, () => threshold);
  return { crossing: state, ring: state === "never" ? curve.length : frequency };
}

function spectrum({ height, width, data }: RealImage): Float64Array {
  const out = new Float64Array(2 * data.length);
  for (let i = 0; i < data.length; i++) out[2 * i] = data[i]!;
  fft2Float64(out, height, width);
  return out;
}
