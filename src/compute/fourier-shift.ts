// Sub-pixel shift by Fourier interpolation: f(r) becomes f(r + δ), periodic at the edge of the field.
//   F[k] ← e^{+2πi kx·δx/N} e^{+2πi ky·δy/N} F[k], k the signed frequencies −N/2 … N/2 − 1
// The highest frequency has one sign alone, so that the shift is unitary and the shift back is its adjoint; a real field
// does not stay quite real.

import type { Fft2 } from "./backend.ts";

/** Shifts one N×N field in place: complex64, interleaved, from number `offset` on; dx and dy in pixels. */
export type FourierShift = (fields: Float32Array, offset: number, dx: number, dy: number) => void;

/** Owns scratch: not re-entrant. */
export function makeFourierShift(fft: Fft2): FourierShift {
  const { size } = fft;
  const rampX = new Float64Array(2 * size);
  const rampY = new Float64Array(2 * size);
  return (fields, offset, dx, dy) => {
    fillRamp(rampX, dx);
    fillRamp(rampY, dy);
    fft.forward(fields, offset);
    for (let v = 0, i = offset; v < size; v++) {
      const yr = rampY[2 * v]!;
      const yi = rampY[2 * v + 1]!;
      for (let u = 0; u < size; u++, i += 2) {
        const wr = yr * rampX[2 * u]! - yi * rampX[2 * u + 1]!;
        const wi = yr * rampX[2 * u + 1]! + yi * rampX[2 * u]!;
        const re = fields[i]!;
        const im = fields[i + 1]!;
        fields[i] = re * wr - im * wi;
        fields[i + 1] = re * wi + im * wr;
      }
    }
    fft.inverse(fields, offset);
  };
}

/** e^{+2πi k·delta/N} over the signed frequencies of an axis, complex128 [N]. */
function fillRamp(ramp: Float64Array, delta: number): void {
  const size = ramp.length / 2;
  for (let k = 0; k < size; k++) {
    const angle = (2 * Math.PI * (2 * k < size ? k : k - size) * delta) / size;
    ramp[2 * k] = Math.cos(angle);
    ramp[2 * k + 1] = Math.sin(angle);
  }
}
