// Shrinkage of a noisy image towards a flat one, ring by ring of spatial frequency, amplitude and phase apart, in closed form.
//   d = S F⁻¹b: what was found, b what the frames say of it, F their Fisher information, S what the fit has let through
//   C = ⟨d, b⟩, A = ⟨d, F d⟩, E = ⟨d, d⟩ in a ring of N numbers with mean information f; S = F/(F + ρ), ρ = (C − A)/E
//   p = tr S ≤ N·min(A/C, f/(f + ρ)): what noise alone gives C, with variance 2 tr S² ≈ 2p·A/C. S > 1 where a probe that was
//   fitted beside it has stretched the noise: then p = N·A/C
//   gain = (C − p − σ)/A within 0 … 1: least expected error, held back by one standard deviation σ; 0 in all rings when none stands out
// Where S = 1 this is the positive-part James-Stein estimator 1 − N/D, D twice the likelihood's gain (Stein 1981,
// doi:10.1214/aos/1176345632; rings as in Wiener filters, e.g. Sindelar & Grigorieff 2012, doi:10.1016/j.jsb.2012.05.005).

import { fft2Float64 } from "../../math/fft64.ts";

/** Each ring is this much wider than the one before: three to the octave. */
const ringGrowth = 1.26;
/** Radius of the innermost ring, cycles per image: some ten numbers lie in it. */
const innermost = 2.5;
/** Standard deviations by which noise alone does not stand out in any ring: the largest of some thirty, of skewed sums. */
const noiseStands = 4;
/** Below this many numbers one random field does not tell their mean information. */
const fewNumbers = 50;

/** A number of each ring, for amplitude and for phase. */
export type RingSums = readonly [Float64Array, Float64Array];

/** What is known of an object, ring by ring. */
export interface Evidence {
  /** ⟨d, b⟩: d the object less its mean, b the slope of the log likelihood without it. */
  readonly claims: RingSums;
  /** ⟨d, F d⟩. */
  readonly bends: RingSums;
  /** ⟨d, d⟩. */
  readonly energies: RingSums;
  /** ⟨z, F z⟩/⟨z, z⟩ of random signs z: mean information. */
  readonly information: RingSums;
}

export interface Rings {
  readonly height: number;
  readonly width: number;
  /** Ring of each pixel of a spectrum, uint8 [H, W]. */
  readonly of: Uint8Array;
  /** Mean radius of each ring, cycles per pixel. */
  readonly radius: Float64Array;
  /** Pixels of each ring. */
  readonly pixels: Float64Array;
}

export interface Shrinkage {
  /** Of amplitude and phase, per ring. */
  readonly gains: readonly [Float64Array, Float64Array];
  /** How far the log likelihood may fall, twice, if what is taken away is noise. */
  readonly allowance: number;
  /** How far the clearest ring's claim stands above what noise gives it, in standard deviations. */
  readonly standing: number;
}

/** Rings of a spectrum. */
export function ringsOf(height: number, width: number): Rings {
  const first = innermost / Math.max(height, width);
  const count = 2 + Math.max(0, Math.ceil(Math.log(0.5 / first) / Math.log(ringGrowth)));
  const of = new Uint8Array(height * width);
  const radius = new Float64Array(count);
  const pixels = new Float64Array(count);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const q = radiusAt(y, x, height, width);
      const ring = q < first ? 0 : 1 + Math.floor(Math.log(q / first) / Math.log(ringGrowth));
      const r = Math.min(count - 1, ring);
      of[i] = r;
      radius[r] = radius[r]! + q;
      pixels[r] = pixels[r]! + 1;
    }
  }
  for (let r = 0; r < count; r++) radius[r] = radius[r]! / Math.max(1, pixels[r]!);
  return { height, width, of, radius, pixels };
}

/** Cycles per pixel. */
function radiusAt(y: number, x: number, height: number, width: number): number {
  return Math.hypot(Math.min(y, height - y) / height, Math.min(x, width - x) / width);
}

/** Spectrum of a complex image [H, W] divided by the unit number direction: amplitude real, phase imaginary. */
export function spectrumOf(
  image: Float32Array,
  direction: readonly [number, number],
  { height, width }: Rings,
): Float64Array {
  const spectrum = new Float64Array(image.length);
  const [c, s] = direction;
  for (let i = 0; i < image.length; i += 2) {
    spectrum[i] = image[i]! * c + image[i + 1]! * s;
    spectrum[i + 1] = image[i + 1]! * c - image[i]! * s;
  }
  fft2Float64(spectrum, height, width);
  return spectrum;
}

/** Gains from the evidence. @param litShare share of the image's pixels that light reached. */
export function shrinkageOf(
  rings: Rings,
  litShare: number,
  { claims, bends, energies, information }: Evidence,
): Shrinkage {
  const count = rings.radius.length;
  let standing = -Infinity;
  const parts = ([0, 1] as const).map((part) => {
    const [c, a, e] = [claims[part], bends[part], energies[part]];
    const noise = new Float64Array(count);
    const variance = new Float64Array(count);
    for (let r = 0; r < count; r++) {
      const numbers = rings.pixels[r]! * litShare;
      const through = c[r]! > 0 && a[r]! > 0 ? a[r]! / c[r]! : 1;
      const held = (c[r]! - a[r]!) / e[r]!;
      const f = information[part][r]!;
      const share = numbers >= fewNumbers && f > 0 && held > 0 ? Math.min(through, f / (f + held)) : through;
      noise[r] = numbers * share;
      variance[r] = 2 * numbers * through * share;
    }
    const gain = new Float64Array(count);
    for (let r = 0; r < count; r++) {
      // A ring is judged with its neighbours: less chance, and spectra are smooth.
      let [claim, bend, p, v] = [0, 0, 0, 0];
      for (let k = Math.max(0, r - 1); k <= Math.min(count - 1, r + 1); k++) {
        claim += c[k]!;
        bend += a[k]!;
        p += noise[k]!;
        v += variance[k]!;
      }
      const rest = claim - p - Math.sqrt(v);
      if (v > 0) standing = Math.max(standing, (claim - p) / Math.sqrt(v));
      gain[r] = bend > 0 && rest > 0 ? Math.min(1, rest / bend) : 0;
    }
    return { gain, noise, variance };
  });
  let allowance = 0;
  for (const { gain, noise, variance } of parts) {
    if (standing <= noiseStands) gain.fill(0);
    for (let r = 0; r < count; r++) allowance += 2 * (1 - gain[r]!) * (noise[r]! + Math.sqrt(variance[r]!));
  }
  return { gains: [parts[0]!.gain, parts[1]!.gain], allowance, standing };
}

/** ⟨a, b⟩ of the amplitudes and of the phases in each ring, from two spectra of `spectrumOf`. */
export function ringSums({ height, width, of, radius }: Rings, a: Float64Array, b: Float64Array): RingSums {
  const sums = [new Float64Array(radius.length), new Float64Array(radius.length)] as const;
  for (let y = 0, i = 0; y < height; y++) {
    const row = y === 0 ? 0 : (height - y) * width;
    for (let x = 0; x < width; x++, i++) {
      // A real image has conj(F[−q]) = F[q]: the even part of a spectrum is that of the amplitude.
      const o = row + (x === 0 ? 0 : width - x);
      const [r, pixels] = [of[i]!, 4 * height * width];
      const [ar, ai, br, bi] = [a[2 * i]!, a[2 * i + 1]!, b[2 * i]!, b[2 * i + 1]!];
      const [cr, ci, dr, di] = [a[2 * o]!, -a[2 * o + 1]!, b[2 * o]!, -b[2 * o + 1]!];
      sums[0][r] = sums[0][r]! + ((ar + cr) * (br + dr) + (ai + ci) * (bi + di)) / pixels;
      sums[1][r] = sums[1][r]! + ((ar - cr) * (br - dr) + (ai - ci) * (bi - di)) / pixels;
    }
  }
  return sums;
}

/** What the gains take away: complex128 [H, W], amplitude real, phase imaginary. */
export function excessOf(
  { height, width, radius }: Rings,
  { gains }: Pick<Shrinkage, "gains">,
  spectrum: Float64Array,
): Float64Array {
  const excess = new Float64Array(spectrum.length);
  for (let y = 0, i = 0; y < height; y++) {
    const row = y === 0 ? 0 : (height - y) * width;
    for (let x = 0; x < width; x++, i++) {
      const o = row + (x === 0 ? 0 : width - x);
      const q = radiusAt(y, x, height, width);
      const amplitude = (1 - between(radius, gains[0], q)) / 2;
      const phase = (1 - between(radius, gains[1], q)) / 2;
      const [ar, ai, cr, ci] = [
        spectrum[2 * i]!,
        spectrum[2 * i + 1]!,
        spectrum[2 * o]!,
        -spectrum[2 * o + 1]!,
      ];
      excess[2 * i] = amplitude * (ar + cr) + phase * (ar - cr);
      excess[2 * i + 1] = amplitude * (ai + ci) + phase * (ai - ci);
    }
  }
  fft2Float64(excess, height, width, { inverse: true });
  return excess;
}

/** A ring's value at radius q, linear between rings: steps in a filter ring. */
function between(radius: Float64Array, values: Float64Array, q: number): number {
  let r = 0;
  while (r < radius.length && radius[r]! < q) r++;
  if (r === 0) return values[0]!;
  if (r === radius.length) return values[r - 1]!;
  const [from, to] = [radius[r - 1]!, radius[r]!];
  return values[r - 1]! + ((q - from) / (to - from)) * (values[r]! - values[r - 1]!);
}
