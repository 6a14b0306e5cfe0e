// What the mean frame may look like: the light of the probe alone, and what the object scatters out of it. Scattered light lies
// around the probe's, near it for coarse detail and far for fine, on all sides alike: where a beam stop hides the probe's own light,
// a model without it would move the light from behind the stop to explain what is left [ENGINE-071].
//   n̄ ∝ Σ_k a_k L_k,   L = |F P|², L ∗ g_1px, L ∗ g_4px, 1/N²;   a_k ≥ 0, Σ a_k = 1
// The shares a maximise the likelihood by expectation and maximisation. Shepp & Vardi, IEEE Trans. Med. Imaging 1, 113 (1982).
// doi:10.1109/TMI.1982.4307558

import { fft2Float64 } from "../math/fft64.ts";

/** The mean frame where it was measured. Real [N, N] laid out as a frame. */
export interface MeanFrame {
  /** Counts without background, 0 where not measured. */
  readonly counts: Float64Array;
  /** 1 where measured, 0 elsewhere. */
  readonly valid: Float64Array;
}

/** Standard deviations of what smears the probe's light, pixels: detail of a sixth of the frame, and of a 25th. */
const nearPx = 1;
const farPx = 4;
const rounds = 30;

/** The probe's own light, near, far, and everywhere: real [N, N] each, with sum 1. */
export type LightParts = readonly [Float64Array, Float64Array, Float64Array, Float64Array];

export function lightParts(light: Float64Array, size: number): LightParts {
  const total = light.reduce((a, b) => a + b, 0);
  const own = light.map((value) => value / total);
  const smeared = new Float64Array(2 * own.length);
  for (const [i, value] of own.entries()) smeared[2 * i] = value;
  fft2Float64(smeared, size, size);
  // Both at once: each is real, so one is the real part and one the imaginary part.
  const [nearAlong, farAlong] = [damping(nearPx, size), damping(farPx, size)];
  for (let i = 0; i < own.length; i++) {
    const [row, column] = [Math.floor(i / size), i % size];
    const near = nearAlong[row]! * nearAlong[column]!;
    const far = farAlong[row]! * farAlong[column]!;
    const [re, im] = [smeared[2 * i]!, smeared[2 * i + 1]!];
    smeared[2 * i] = near * re - far * im;
    smeared[2 * i + 1] = near * im + far * re;
  }
  fft2Float64(smeared, size, size, { inverse: true });
  // Rounding may be below 0.
  const part = (offset: number) => own.map((_, i) => Math.max(0, smeared[2 * i + offset]!));
  return [own, part(0), part(1), new Float64Array(own.length).fill(1 / own.length)];
}

/** Transform of a Gaussian along one axis, DC first. */
function damping(widthPx: number, size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => {
    const cyclesPerPx = Math.min(i, size - i) / size;
    return Math.exp(-2 * (Math.PI * widthPx * cyclesPerPx) ** 2);
  });
}

/** The parts' sum in such shares, equal ones when nothing is known. */
export function mixed(parts: LightParts, shares = equalShares): Float64Array {
  const sum = new Float64Array(parts[0].length);
  for (const [k, part] of parts.entries()) {
    for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + shares[k]! * part[i]!;
  }
  return sum;
}

const equalShares: readonly number[] = [0.25, 0.25, 0.25, 0.25];

/** Share of light of sum 1 that falls where it is measured. */
export const seenShare = (light: Float64Array, { valid }: Pick<MeanFrame, "valid">): number =>
  light.reduce((sum, value, i) => sum + valid[i]! * value, 0);

/** The shares that explain the frame best, up to a common factor. */
export function bestShares(parts: LightParts, frame: MeanFrame): readonly number[] {
  const { counts } = frame;
  const photons = counts.reduce((a, b) => a + b, 0);
  const seen = parts.map((part) => seenShare(part, frame));
  let shares = equalShares;
  for (let round = 0; round < rounds; round++) {
    const ratios = mixed(parts, shares);
    for (let i = 0; i < ratios.length; i++) ratios[i] = counts[i] === 0 ? 0 : counts[i]! / ratios[i]!;
    shares = parts.map((part, k) => {
      let explained = 0;
      for (let i = 0; i < ratios.length; i++) explained += part[i]! * ratios[i]!;
      // A part that is hidden altogether explains nothing.
      return seen[k] === 0 ? 0 : (shares[k]! * explained) / (photons * seen[k]!);
    });
  }
  return shares;
}

/** Σ n ln λ − n̄ ln Σ λ over the measured pixels: the likelihood of light at its best brightness. */
export function likelihoodOf(light: Float64Array, { counts, valid }: MeanFrame): number {
  let [logs, photons, sum] = [0, 0, 0];
  for (let i = 0; i < light.length; i++) {
    const n = counts[i]!;
    if (n > 0) logs += n * Math.log(light[i]!);
    photons += n;
    sum += valid[i]! * light[i]!;
  }
  return logs - photons * Math.log(sum);
}
