// What kernels do, written out in float64 from the equations: sums over four corners or over all frequencies, a DFT by
// definition, no in-place tricks and no shared code. Slow on purpose.

import { naiveDft2 } from "./fields.ts";
import type { Scene } from "./kernel-scene.ts";

type Numbers = ArrayLike<number>;

/** The four corners of a sub-pixel patch: where pixel (u, v) of the patch lies, and its weight. */
function cornersOf({ size }: Scene, x: number, y: number) {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  const [fx, fy] = [x - column, y - row];
  return [
    { dx: 0, dy: 0, weight: (1 - fx) * (1 - fy) },
    { dx: 1, dy: 0, weight: fx * (1 - fy) },
    { dx: 0, dy: 1, weight: (1 - fx) * fy },
    { dx: 1, dy: 1, weight: fx * fy },
  ]
    .filter(({ weight }) => weight > 0)
    .map(({ dx, dy, weight }) => ({ left: column - size / 2 + dx, top: row - size / 2 + dy, weight }));
}

/** O_r: complex [N, N]. */
export function naivePatch(scene: Scene, image: Numbers, x: number, y: number): Float64Array {
  if (scene.subPixel === "bilinear") return naiveBilinear(scene, image, x, y);
  const [column, row] = [Math.round(x), Math.round(y)];
  return naiveInterpolation(naiveBilinear(scene, image, column, row), scene.size, x - column, y - row);
}

/** f(r + δ) from the trigonometric polynomial through f, frequencies −N/2 … N/2 − 1. */
export function naiveInterpolation(field: Numbers, size: number, dx: number, dy: number): Float64Array {
  /** Σ_k e^{2πi k t/N} / N */
  const kernel = (t: number): [number, number] => {
    let [re, im] = [0, 0];
    for (let k = -size / 2; k < size / 2; k++) {
      re += Math.cos((2 * Math.PI * k * t) / size) / size;
      im += Math.sin((2 * Math.PI * k * t) / size) / size;
    }
    return [re, im];
  };
  const across = Array.from({ length: 2 * size }, (_, i) => kernel(i - size + dx));
  const down = Array.from({ length: 2 * size }, (_, i) => kernel(i - size + dy));
  const rows = new Float64Array(field.length);
  const out = new Float64Array(field.length);
  const convolve = (from: Numbers, to: Float64Array, step: number, line: number, weights: typeof down) => {
    for (let l = 0; l < size; l++) {
      for (let u = 0; u < size; u++) {
        const o = 2 * (l * line + u * step);
        for (let v = 0; v < size; v++) {
          const [wr, wi] = weights[u - v + size]!;
          const i = 2 * (l * line + v * step);
          to[o] = to[o]! + wr * from[i]! - wi * from[i + 1]!;
          to[o + 1] = to[o + 1]! + wr * from[i + 1]! + wi * from[i]!;
        }
      }
    }
  };
  convolve(field, rows, 1, size, across);
  convolve(rows, out, size, 1, down);
  return out;
}

function naiveBilinear(scene: Scene, image: Numbers, x: number, y: number): Float64Array {
  const { size, width } = scene;
  const patch = new Float64Array(2 * size * size);
  for (const { left, top, weight } of cornersOf(scene, x, y)) {
    for (let v = 0; v < size; v++) {
      for (let u = 0; u < size; u++) {
        const from = 2 * ((top + v) * width + left + u);
        const to = 2 * (v * size + u);
        patch[to] = patch[to]! + weight * image[from]!;
        patch[to + 1] = patch[to + 1]! + weight * image[from + 1]!;
      }
    }
  }
  return patch;
}

interface Band {
  readonly x: number;
  readonly y: number;
  readonly rowStart: number;
  readonly rowEnd: number;
}

/** A* of a complex patch, rows rowStart ≤ row < rowEnd of the object. */
export function naiveScatter(scene: Scene, patch: Numbers, band: Band): Float64Array {
  if (scene.subPixel === "bilinear") return naiveSpread(scene, patch, 2, band);
  const [x, y] = [Math.round(band.x), Math.round(band.y)];
  // e^{2πi k δ/N} has modulus 1: the adjoint is the inverse.
  const back = naiveInterpolation(patch, scene.size, x - band.x, y - band.y);
  return naiveSpread(scene, back, 2, { ...band, x, y });
}

/** Aᵀ of a real patch with bilinear weights. */
export function naiveLight(scene: Scene, light: Numbers, band: Band): Float64Array {
  return naiveSpread(scene, light, 1, band);
}

function naiveSpread(
  scene: Scene,
  patch: Numbers,
  parts: 1 | 2,
  { x, y, rowStart, rowEnd }: Band,
): Float64Array {
  const { size, width, height } = scene;
  const image = new Float64Array(parts * width * height);
  for (const { left, top, weight } of cornersOf(scene, x, y)) {
    for (let v = 0; v < size; v++) {
      if (top + v < rowStart || top + v >= rowEnd) continue;
      for (let u = 0; u < size; u++) {
        for (let part = 0; part < parts; part++) {
          const to = parts * ((top + v) * width + left + u) + part;
          image[to] = image[to]! + weight * patch[parts * (v * size + u) + part]!;
        }
      }
    }
  }
  return image;
}

/** One mode of a stack. */
export function modeOf({ size }: Scene, stack: Numbers, mode: number): Float64Array {
  const numbers = 2 * size * size;
  return Float64Array.from({ length: numbers }, (_, i) => stack[mode * numbers + i]!);
}

/** a·b, or a*·b. */
export function times(a: Numbers, b: Numbers, conjugate = false): Float64Array {
  const sign = conjugate ? -1 : 1;
  const out = new Float64Array(a.length);
  for (let i = 0; i < a.length; i += 2) {
    out[i] = a[i]! * b[i]! - sign * a[i + 1]! * b[i + 1]!;
    out[i + 1] = a[i]! * b[i + 1]! + sign * a[i + 1]! * b[i]!;
  }
  return out;
}

/** ψ_m = P_m·patch for every mode. */
export function naiveWaves(scene: Scene, probe: Numbers, patch: Numbers): Float64Array[] {
  return Array.from({ length: scene.modes }, (_, m) => times(modeOf(scene, probe, m), patch));
}

/** To the detector, in the order of the transform: F, or F⁻¹ T F in the near field. */
function naivePropagate(scene: Scene, wave: Numbers): Float64Array {
  const far = naiveDft2(wave, scene.size, -1);
  return scene.nearField ? naiveDft2(times(scene.transfer, far), scene.size, 1) : far;
}

function naivePropagateBack(scene: Scene, wave: Numbers): Float64Array {
  if (!scene.nearField) return naiveDft2(wave, scene.size, 1);
  return naiveDft2(times(scene.transfer, naiveDft2(wave, scene.size, -1), true), scene.size, 1);
}

/** A frame as stored in a file, in the order of the transform: DC from (N/2, N/2) to (0, 0) in the far field. */
function inTransformOrder({ size, nearField }: Scene, frame: Numbers): Float64Array {
  return Float64Array.from({ length: size * size }, (_, i) => {
    if (nearField) return frame[i]!;
    const [y, x] = [Math.floor(i / size), i % size];
    return frame[((y + size / 2) % size) * size + ((x + size / 2) % size)]!;
  });
}

export interface Detector {
  /** Ψ_m. */
  readonly waves: Float64Array[];
  /** λ = scale·I + background. */
  readonly lambda: Float64Array;
  /** Negative where masked. */
  readonly counts: Float64Array;
  /** Misfit, deviance, intensity and counts, in the order of `statIndex`. */
  readonly stats: readonly number[];
}

export function naiveDetector(scene: Scene, exit: readonly Numbers[], frame: number): Detector {
  const waves = exit.map((wave) => naivePropagate(scene, wave));
  const counts = inTransformOrder(scene, scene.counts[frame]!);
  const background = inTransformOrder(scene, scene.background);
  const lambda = new Float64Array(counts.length);
  let [misfit, deviance, intensity, total] = [0, 0, 0, 0];
  for (let i = 0; i < counts.length; i++) {
    const power = waves.reduce((sum, wave) => sum + wave[2 * i]! ** 2 + wave[2 * i + 1]! ** 2, 0);
    const l = Math.max(1e-20, scene.scales[frame]! * power + background[i]!);
    lambda[i] = l;
    const n = counts[i]!;
    if (n < 0) continue;
    misfit += (Math.sqrt(l) - Math.sqrt(n)) ** 2;
    deviance += n === 0 ? 2 * l : 2 * (n * Math.log(n / l) - n + l);
    intensity += power;
    total += n;
  }
  return { waves, lambda, counts, stats: [misfit, deviance, intensity, total] };
}

/** χ_m = F⁻¹[(f − 1)Ψ_m]; `factor` gives f from n and λ. */
export function naiveChange(
  scene: Scene,
  { waves, lambda, counts }: Detector,
  factor: (n: number, lambda: number) => number,
): Float64Array[] {
  return waves.map((wave) => {
    const changed = wave.map((value, i) => {
      const n = counts[i >> 1]!;
      return n < 0 ? 0 : (factor(n, lambda[i >> 1]!) - 1) * value;
    });
    return naivePropagateBack(scene, changed);
  });
}

/** f of the gradient. */
export function gradientFactor(scene: Scene): (n: number, lambda: number) => number {
  return scene.likelihood === "amplitude"
    ? (n, lambda) => Math.sqrt(n / lambda)
    : (n, lambda) => 1 + (0.5 * (n - lambda)) / liftedIntensity(scene, n, lambda);
}

/** What n − λ is divided by: λ + ε, or more where photons outnumber the model's by more than 16. */
export function liftedIntensity({ darkCounts }: Scene, n: number, lambda: number): number {
  const excess = n - lambda - 16;
  return excess / 2 > darkCounts ? lambda + excess / 2 : lambda + darkCounts;
}

/** f of the projection of DM and RAAR. */
export function proximalFactor({ likelihood }: Scene): (n: number, lambda: number) => number {
  return likelihood === "amplitude"
    ? (n, lambda) => Math.sqrt(n / lambda)
    : (n, lambda) => (1 + Math.sqrt(1 + (8 * n) / lambda)) / 4;
}

/** Σ_m P_m*·w_m. */
export function naiveGradient(scene: Scene, probe: Numbers, waves: readonly Numbers[]): Float64Array {
  const sum = new Float64Array(2 * scene.size ** 2);
  waves.forEach((wave, m) => {
    times(modeOf(scene, probe, m), wave, true).forEach((value, i) => (sum[i] = sum[i]! + value));
  });
  return sum;
}

/** Σ_m|P_m|² of each pixel. */
export function naivePower(scene: Scene, stack: Numbers, modes = scene.modes): Float64Array {
  const pixels = scene.size ** 2;
  const power = new Float64Array(pixels);
  for (let i = 0; i < 2 * modes * pixels; i++) {
    const pixel = (i >> 1) % pixels;
    power[pixel] = power[pixel]! + stack[i]! ** 2;
  }
  return power;
}

/** Re Σ a*b over all modes. */
export function inner(a: readonly Numbers[], b: readonly Numbers[]): number {
  let sum = 0;
  a.forEach((wave, m) => {
    for (let i = 0; i < wave.length; i++) sum += wave[i]! * b[m]![i]!;
  });
  return sum;
}
