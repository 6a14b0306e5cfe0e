// Near field: the transfer function of free space from the sample to the detector, on the grid of the frames.
//   angular spectrum  T(k) = exp(2πi z/λ · (√(1 − λ²k²) − 1))      Fresnel  T(k) = exp(−iπ λ z k²)
// k in cycles per metre; the constant phase of the axis is left out. |T| = 1: no light is lost, and the adjoint is the
// conjugate. Goodman, Introduction to Fourier Optics, 3rd ed. (2005), sections 3.10 and 4.2.

import { DoselapError } from "../errors.ts";
import { signedIndex } from "../math/fft64.ts";

export const propagators = ["angular-spectrum", "fresnel"] as const;
export type Propagator = (typeof propagators)[number];

export function isPropagator(value: unknown): value is Propagator {
  return propagators.some((name) => name === value);
}

export interface NearFieldGeometry {
  readonly wavelengthM: number;
  /** Pixel of the frames, in the plane of the sample. */
  readonly pixelSizeM: number;
  /** From the sample to the detector; the effective distance with a diverging beam. */
  readonly distanceM: number;
  /** The angular spectrum when absent. */
  readonly propagator?: Propagator | undefined;
}

/** Transfer function, complex64 [N, N], DC at [0, 0].
 * @throws Range for numbers that are not positive, waves shorter than the grid resolves, or a distance beyond which the
 * function is no longer sampled (its phase turns by more than π between neighbouring frequencies). */
export function nearFieldTransfer(size: number, geometry: NearFieldGeometry): Float32Array {
  const { wavelengthM, pixelSizeM, distanceM, propagator = "angular-spectrum" } = geometry;
  for (const [key, value] of Object.entries({ wavelengthM, pixelSizeM, distanceM })) {
    if (value > 0 && value < Infinity) continue;
    throw new DoselapError("Range", "a near field needs its geometry", {
      key,
      expected: "metres above 0",
      got: String(value),
    });
  }
  const farthest = (size * pixelSizeM ** 2) / wavelengthM;
  if (distanceM > farthest) {
    throw new DoselapError("Range", "the detector is too far for a near field on this grid", {
      key: "distanceM",
      expected: `at most N·pixel²/λ = ${farthest.toPrecision(4)} m`,
      got: `${distanceM} m`,
      hint: "Treat it as a far field, or use larger frames.",
    });
  }
  if (wavelengthM / pixelSizeM >= Math.SQRT2) {
    throw new DoselapError("Range", "the pixels are smaller than the waves can resolve", {
      key: "pixelSizeM",
      expected: `more than ${(wavelengthM / Math.SQRT2).toPrecision(4)} m`,
      got: String(pixelSizeM),
    });
  }
  const transfer = new Float32Array(2 * size * size);
  for (let y = 0, i = 0; y < size; y++) {
    const ky = signedIndex(y, size) / (size * pixelSizeM);
    for (let x = 0; x < size; x++, i += 2) {
      const kx = signedIndex(x, size) / (size * pixelSizeM);
      const s = wavelengthM ** 2 * (kx * kx + ky * ky);
      // √(1 − s) − 1 without cancellation.
      const bend = propagator === "fresnel" ? -s / 2 : -s / (Math.sqrt(1 - s) + 1);
      const phase = (2 * Math.PI * distanceM * bend) / wavelengthM;
      transfer[i] = Math.cos(phase);
      transfer[i + 1] = Math.sin(phase);
    }
  }
  return transfer;
}
