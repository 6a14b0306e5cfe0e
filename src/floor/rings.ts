// Ring-wise power of images as the Fourier ring correlation sees them (metrics/frc.ts): central square of the mask's box, mean
// of the masked pixels removed, mask × Hann, rings of rounded radius 1 … ⌊N/2⌋.
// And the power that white noise has there, exactly: with D = mask × Hann on n pixels of variance v and mean μ_k = D̂_k/n
//   E|Z_k|² = Σ v|D e_k − μ_k|² = Σ v D² − 2 Re μ_k*(vD)^_k + |μ_k|² Σ v,
// and for v = 1, after orthonormal modes q_m were taken out of it, less Σ_m |spectrum(q_m)_k|².

import { fft2Float64, signedIndex } from "../math/fft64.ts";
import { centralSquare, cropMask, maskBox, type PixelMask } from "../metrics/mask.ts";
import { hannWindow } from "../metrics/ring-sums.ts";

/** A complex field on the window, complex128 [h, w], interleaved. */
export type Field = Float64Array;

export interface Rings {
  /** Cycles per pixel. */
  readonly frequency: readonly number[];
  /** Frequencies in each ring. */
  readonly counts: readonly number[];
  /** Share of the square that the mask covers. */
  readonly share: number;
  /** Side N of the square, pixels. */
  readonly size: number;
  /** complex128 [N, N] of a field [h, w]: mean-free, windowed, transformed. */
  spectrum(field: Field): Float64Array;
  /** Re Σ_ring a* b of two spectra, per ring. */
  sums(a: Float64Array, b: Float64Array): Float64Array;
  /** Σ_ring E|Z|² of white noise, per ring. */
  whitePower(noise: WhiteNoise): Float64Array;
}

export interface WhiteNoise {
  /** Orthonormal fields that were taken out of the noise. */
  readonly modes?: readonly Field[];
  /** Variance of each pixel, float64 [h, w]; 1 when absent, and then alone with `modes`. */
  readonly variance?: Float64Array;
}

/** @param mask uint8 [h, w]. */
export function createRings(height: number, width: number, mask: PixelMask): Rings {
  const square = centralSquare(maskBox({ height, width }, mask));
  const inside = cropMask(mask, width, square)!;
  const size = square.x1 - square.x0;
  const last = Math.floor(size / 2);
  const hann = hannWindow(size);
  const weight = Float64Array.from(inside, (on, i) =>
    on === 0 ? 0 : hann[Math.floor(i / size)]! * hann[i % size]!,
  );
  const ringOf = Int32Array.from({ length: size * size }, (_, i) =>
    Math.round(Math.hypot(signedIndex(i % size, size), signedIndex(Math.floor(i / size), size))),
  );
  const counts = new Array<number>(last).fill(0);
  for (const ring of ringOf) if (ring >= 1 && ring <= last) counts[ring - 1]!++;
  const pixels = inside.reduce((sum, on) => sum + (on === 0 ? 0 : 1), 0);
  const indexIn = (i: number): number => (square.y0 + Math.floor(i / size)) * width + square.x0 + (i % size);

  function spectrum(field: Field): Float64Array {
    let [re, im] = [0, 0];
    for (let i = 0; i < inside.length; i++) {
      if (inside[i] === 0) continue;
      re += field[2 * indexIn(i)]!;
      im += field[2 * indexIn(i) + 1]!;
    }
    const out = new Float64Array(2 * size * size);
    for (let i = 0; i < inside.length; i++) {
      out[2 * i] = weight[i]! * (field[2 * indexIn(i)]! - re / pixels);
      out[2 * i + 1] = weight[i]! * (field[2 * indexIn(i) + 1]! - im / pixels);
    }
    fft2Float64(out, size, size);
    return out;
  }

  function sums(a: Float64Array, b: Float64Array): Float64Array {
    const out = new Float64Array(last);
    for (let i = 0; i < ringOf.length; i++) {
      const ring = ringOf[i]! - 1;
      if (ring < 0 || ring >= last) continue;
      out[ring] = out[ring]! + a[2 * i]! * b[2 * i]! + a[2 * i + 1]! * b[2 * i + 1]!;
    }
    return out;
  }

  function whitePower({ modes = [], variance }: WhiteNoise): Float64Array {
    const v = Float64Array.from(weight, (_, i) => (inside[i] === 0 ? 0 : (variance?.[indexIn(i)] ?? 1)));
    const bare = transformed(weight);
    const weighed = transformed(weight.map((w, i) => w * v[i]!));
    const power = weight.reduce((sum, w, i) => sum + w * w * v[i]!, 0);
    const spread = v.reduce((sum, value) => sum + value, 0);
    const [own, cross] = [sums(bare, bare), sums(bare, weighed)];
    const seen = modes.map((mode) => {
      const of = spectrum(mode);
      return sums(of, of);
    });
    return own.map(
      (mean, r) =>
        counts[r]! * power -
        (2 * cross[r]!) / pixels +
        (mean * spread) / pixels ** 2 -
        seen.reduce((sum, lost) => sum + lost[r]!, 0),
    );
  }

  function transformed(real: Float64Array): Float64Array {
    const out = new Float64Array(2 * size * size);
    for (let i = 0; i < real.length; i++) out[2 * i] = real[i]!;
    fft2Float64(out, size, size);
    return out;
  }

  return {
    frequency: counts.map((_, i) => (i + 1) / size),
    counts,
    share: pixels / inside.length,
    size,
    spectrum,
    sums,
    whitePower,
  };
}
