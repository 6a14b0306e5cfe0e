// The start probe of a measured scan. On a flat object every exit wave has the probe's power and its far field has the mean
// pattern's amplitude: P = F⁻¹[ √mean · e^{−iπ λ z k²} ], the inverse transform of a flat wavefront when the defocus z is 0.
// In a near field the probe is the mean frame carried back to the sample: P = F⁻¹[ conj(T) F √mean ].

import type { Probe } from "../data/dataset.ts";
import { DoselapError } from "../errors.ts";
import { fft2Float64, signedIndex } from "../math/fft64.ts";
import { fftShiftComplex } from "../optics/propagate.ts";

export interface StartProbeOptions {
  readonly sizePx: number;
  /** Mean counts of the prepared frames, [N, N], zero frequency at (N/2, N/2). */
  readonly meanCounts: Float64Array;
  /** Transfer function of a near field, complex64 [N, N], DC at [0, 0]. */
  readonly transfer?: Float32Array | undefined;
  /** Focus to sample; positive downstream. */
  readonly defocusM?: number | undefined;
  readonly wavelengthM?: number | undefined;
  readonly pixelSizeM?: number | undefined;
}

/** One mode, Σ|P|² = the mean counts. @throws Usage for a defocus without wavelength and pixel size. */
export function startProbe(options: StartProbeOptions): Probe {
  const { sizePx: size, meanCounts, transfer } = options;
  const field = new Float64Array(2 * size * size);
  for (let i = 0; i < meanCounts.length; i++) field[2 * i] = Math.sqrt(Math.max(0, meanCounts[i]!));
  const data = transfer === undefined ? focused(field, options) : carriedBack(field, transfer, size);
  const total = meanCounts.reduce((sum, value) => sum + Math.max(0, value), 0);
  let power = 0;
  for (const value of data) power += value * value;
  const scale = Math.sqrt(total / power);
  return { modes: 1, size, data: Float32Array.from(data, (value) => value * scale) };
}

function focused(
  field: Float64Array,
  { sizePx: size, defocusM = 0, wavelengthM, pixelSizeM }: StartProbeOptions,
): Float64Array {
  const cornered = new Float64Array(field.length);
  fftShiftComplex(field, cornered, size);
  if (defocusM !== 0) {
    if (wavelengthM === undefined || pixelSizeM === undefined) {
      throw new DoselapError("Usage", "a defocus needs the wavelength and the size of an object pixel", {
        key: "--defocus",
        hint: "State --energy, and --pixel-size or the whole geometry.",
      });
    }
    for (let y = 0, i = 0; y < size; y++) {
      const ky = signedIndex(y, size) / (size * pixelSizeM);
      for (let x = 0; x < size; x++, i += 2) {
        const kx = signedIndex(x, size) / (size * pixelSizeM);
        const phase = -Math.PI * wavelengthM * defocusM * (kx * kx + ky * ky);
        const amplitude = cornered[i]!;
        cornered[i] = amplitude * Math.cos(phase);
        cornered[i + 1] = amplitude * Math.sin(phase);
      }
    }
  }
  fft2Float64(cornered, size, size, { inverse: true });
  const centred = new Float64Array(field.length);
  fftShiftComplex(cornered, centred, size);
  return centred;
}

function carriedBack(field: Float64Array, transfer: Float32Array, size: number): Float64Array {
  fft2Float64(field, size, size);
  for (let i = 0; i < field.length; i += 2) {
    const [re, im, tr, ti] = [field[i]!, field[i + 1]!, transfer[i]!, transfer[i + 1]!];
    field[i] = re * tr + im * ti;
    field[i + 1] = im * tr - re * ti;
  }
  fft2Float64(field, size, size, { inverse: true });
  return field;
}
