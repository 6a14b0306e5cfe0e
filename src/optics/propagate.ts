// Propagation: exit wave to detector, in counts.
//   far   λ[k] = Σ_modes |F(P_m·O_r)[k]|², unitary FFT with e^{−2πi k·x/N}, so Σ_k λ = Σ_m Σ_x |P_m·O_r|² (Parseval).
//   near  λ[x] = Σ_modes |F*(T·F(P_m·O_r))[x]|² with the transfer function T of near-field.ts, |T| = 1: the same sum.
// The centre of P and O_r lies at index (N/2, N/2); this only turns phases of the far field, not its modulus.
// Detector arrays have DC at (N/2, N/2). Sides are even, so that the shift is its own inverse.

import type { Transforms } from "../compute/backend.ts";
import type { Probe } from "../array/scan.ts";
import { DoselapError } from "../errors.ts";

/** Moves DC between index [0, 0] and (N/2, N/2), real [N, N] at `offset` numbers of both arrays; src and dst differ.
 * @throws Range when N is odd. */
export function fftShiftReal(
  src: { readonly [index: number]: number },
  dst: { [index: number]: number },
  size: number,
  offset = 0,
): void {
  const half = halfOf(size);
  for (let y = 0; y < size; y++) {
    const from = offset + y * size;
    const to = offset + ((y + half) % size) * size;
    for (let x = 0; x < half; x++) {
      dst[to + x + half] = src[from + x]!;
      dst[to + x] = src[from + x + half]!;
    }
  }
}

/** The same for complex [N, N], interleaved, at `offset` numbers of both arrays. @throws Range when N is odd. */
export function fftShiftComplex(
  src: { readonly [index: number]: number },
  dst: { [index: number]: number },
  size: number,
  offset = 0,
): void {
  const half = halfOf(size);
  for (let y = 0; y < size; y++) {
    const from = offset + 2 * y * size;
    const to = offset + 2 * ((y + half) % size) * size;
    for (let i = 0; i < size; i++) {
      dst[to + i + size] = src[from + i]!;
      dst[to + i] = src[from + i + size]!;
    }
  }
}

/** Computes expected detector counts of patches under one probe. Owns scratch: not re-entrant. */
export interface Diffraction {
  /** λ of one object patch into `out`, real [N, N]: DC at (N/2, N/2); of a near field, the image as it stands. */
  intensity(patch: Float32Array, out: Float64Array): void;
}

/** Prepares the forward model of a probe (all its modes, incoherently), to the far field, or through the transfer function
 * of a near one. */
export function createDiffraction(probe: Probe, backend: Transforms, transfer?: Float32Array): Diffraction {
  const { size, modes } = probe;
  const half = halfOf(size);
  const fft = backend.fft2(size);
  const wave = new Float32Array(2 * size * size);
  return {
    intensity(patch, out) {
      out.fill(0);
      for (let mode = 0; mode < modes; mode++) {
        exitWave(probe, mode, patch, wave);
        fft.forward(wave);
        if (transfer !== undefined) {
          multiply(wave, transfer);
          fft.inverse(wave);
          for (let o = 0; o < out.length; o++) out[o] = out[o]! + wave[2 * o]! ** 2 + wave[2 * o + 1]! ** 2;
          continue;
        }
        for (let y = 0, i = 0; y < size; y++) {
          const row = ((y + half) % size) * size;
          for (let x = 0; x < size; x++, i += 2) {
            const o = row + ((x + half) % size);
            out[o] = out[o]! + wave[i]! * wave[i]! + wave[i + 1]! * wave[i + 1]!;
          }
        }
      }
    },
  };
}

function multiply(wave: Float32Array, by: Float32Array): void {
  for (let i = 0; i < wave.length; i += 2) {
    const [re, im] = [wave[i]!, wave[i + 1]!];
    wave[i] = re * by[i]! - im * by[i + 1]!;
    wave[i + 1] = re * by[i + 1]! + im * by[i]!;
  }
}

/** out = P_mode·patch, complex64 [N, N]. Its adjoint is the product with the conjugate probe. */
export function exitWave({ size, data }: Probe, mode: number, patch: Float32Array, out: Float32Array): void {
  const start = 2 * size * size * mode;
  for (let i = 0; i < patch.length; i += 2) {
    const pr = data[start + i]!;
    const pi = data[start + i + 1]!;
    const or = patch[i]!;
    const oi = patch[i + 1]!;
    out[i] = pr * or - pi * oi;
    out[i + 1] = pr * oi + pi * or;
  }
}

/** Σ_m Σ_x |P_m·O_r|²: the counts a frame is expected to hold, without propagating it. */
export function illuminatedPower({ data }: Probe, patch: Float32Array): number {
  let total = 0;
  for (let start = 0; start < data.length; start += patch.length) {
    for (let i = 0; i < patch.length; i += 2) {
      const probe = data[start + i]! ** 2 + data[start + i + 1]! ** 2;
      total += probe * (patch[i]! ** 2 + patch[i + 1]! ** 2);
    }
  }
  return total;
}

function halfOf(size: number): number {
  if (size % 2 === 0) return size / 2;
  throw new DoselapError("Range", "frames must have an even side, so that DC has one place", {
    expected: "an even number of pixels",
    got: String(size),
    hint: "Crop the frames by one row and one column.",
  });
}
