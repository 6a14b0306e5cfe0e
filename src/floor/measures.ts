// What probing vectors and their answers say: traces, and noise power by rings. Fields are complex128 [h, w] on the window.

import type { ComplexImage } from "../array/ndarray.ts";
import { removeModes } from "./freedoms.ts";
import type { Field, Rings } from "./rings.ts";

/** M z and M C z for one map M. */
export interface Pair {
  readonly z: Field;
  readonly x: Field;
}

/** Mean of z·x over n pixels, tr(M C Mᵀ)/n. Each pair of the products z_i(C z)_i shares its chance: twice their variance. */
export function traceOf(
  pairs: readonly Pair[],
  n: number,
): { readonly mean: number; readonly standardError: number } {
  let [sum, squares] = [0, 0];
  for (const { z, x } of pairs) {
    for (let i = 0; i < z.length; i += 2) {
      const product = z[i]! * x[i]!;
      sum += product;
      squares += product * product;
    }
  }
  const count = n * pairs.length;
  const mean = sum / count;
  return { mean, standardError: Math.sqrt((2 * Math.max(0, squares / count - mean ** 2)) / count) };
}

/** Mean of (L C L*)_kk per ring, measured relative to what the vectors show of white noise, which is known: their own
 * fluctuations cancel. @param white Σ_ring E|L z|². */
export function ringNoise(rings: Rings, pairs: readonly Pair[], white: Float64Array): Float64Array {
  const seen = new Float64Array(white.length);
  const own = new Float64Array(white.length);
  for (const { z, x } of pairs) {
    const [of, answer] = [rings.spectrum(z), rings.spectrum(x)];
    const [cross, power] = [rings.sums(of, answer), rings.sums(of, of)];
    for (let r = 0; r < white.length; r++) {
      seen[r] = seen[r]! + cross[r]!;
      own[r] = own[r]! + power[r]!;
    }
  }
  // A variance is not negative, though its estimate in a small ring may be.
  return white.map((power, r) =>
    own[r]! > 0 ? Math.max(0, (seen[r]! / own[r]!) * power) / rings.counts[r]! : 0,
  );
}

/** Mean of |spectrum|² per ring. */
export function ringPower(rings: Rings, field: Field): Float64Array {
  const spectrum = rings.spectrum(field);
  return rings.sums(spectrum, spectrum).map((power, r) => power / rings.counts[r]!);
}

/** Amplitude (0) or phase (1) of a field without the gauge's freedoms, as a field with imaginary part 0. */
export function partOf(field: Field, select: 0 | 1, modes: readonly Field[]): Field {
  const out = new Float64Array(field.length);
  for (let i = 0; i < out.length; i += 2) out[i] = field[i + select]!;
  removeModes(out, modes);
  return out;
}

/** Two fields, pixel by pixel. */
export function product(a: Field, b: Field): Field {
  const out = new Float64Array(a.length);
  for (let i = 0; i < out.length; i += 2) {
    out[i] = a[i]! * b[i]! - a[i + 1]! * b[i + 1]!;
    out[i + 1] = a[i]! * b[i + 1]! + a[i + 1]! * b[i]!;
  }
  return out;
}

/** A real image as a field. */
export function realField(image: Float64Array): Field {
  const out = new Float64Array(2 * image.length);
  for (let i = 0; i < image.length; i++) out[2 * i] = image[i]!;
  return out;
}

/** e^{iφ}(δa + i a δφ). */
export function complexError(field: Field, { data }: ComplexImage): Field {
  const out = new Float64Array(field.length);
  for (let i = 0; i < out.length; i += 2) {
    const a = Math.hypot(data[i]!, data[i + 1]!);
    const [re, im] = a === 0 ? [1, 0] : [data[i]! / a, data[i + 1]! / a];
    out[i] = re * field[i]! - im * a * field[i + 1]!;
    out[i + 1] = im * field[i]! + re * a * field[i + 1]!;
  }
  return out;
}
