// A tiny scan as dense matrices in float64: Ψ = B o written out from the definitions, Jacobians by the product rule or by
// differences, inverses by elimination. The oracle of the Fisher matrix; shares no transform and no sampler with the library.

import { createRng, normal } from "../../src/math/random/rng.ts";
import type { ComplexImage } from "../../src/array/ndarray.ts";
import type { Positions, Probe } from "../../src/array/scan.ts";
import { naiveDft2 } from "./fields.ts";

export interface TinyScan {
  readonly object: ComplexImage;
  readonly probe: Probe;
  readonly positions: Positions;
}

/** Frames of 8 × 8 over an object of amplitudes about 0.6 to 1.2 and phases about ±0.6; the probe is a bump with a bent front.
 * @param dosePhotons counts of a frame over a transparent object. */
export function tinyScan({
  side = 14,
  modes = 1,
  offsets = [0, 1.5, 3, 4.25, 6],
  dosePhotons = 1e5,
  seed = 1,
}: {
  side?: number;
  modes?: number;
  offsets?: readonly number[];
  dosePhotons?: number;
  seed?: number;
} = {}): TinyScan {
  const size = 8;
  const rng = createRng(seed, "phantom");
  const data = new Float32Array(2 * side * side);
  for (let i = 0; i < side * side; i++) {
    const [a, phi] = [0.9 + 0.12 * normal(rng), 0.3 * normal(rng)];
    data.set([a * Math.cos(phi), a * Math.sin(phi)], 2 * i);
  }
  const field = new Float64Array(2 * modes * size * size);
  for (let i = 0; i < field.length / 2; i++) {
    const mode = Math.floor(i / size ** 2);
    const [y, x] = [(Math.floor(i / size) % size) - 3.6, (i % size) - 3.4];
    const bump = Math.exp(-(x * x + y * y) / 14) * (mode === 0 ? 1 : 0.4 * x);
    const bend = 0.35 * (x * x + 0.8 * y * y) + 0.5 * x * mode;
    field[2 * i] = bump * Math.cos(bend);
    field[2 * i + 1] = bump * Math.sin(bend);
  }
  const scale = Math.sqrt(dosePhotons / field.reduce((sum, v) => sum + v * v, 0));
  const places = offsets.flatMap((y) => offsets.map((x) => [4 + x, 4 + y] as const));
  return {
    object: { height: side, width: side, data },
    probe: { modes, size, data: Float32Array.from(field, (v) => v * scale) },
    positions: { x: Float64Array.from(places, ([x]) => x), y: Float64Array.from(places, ([, y]) => y) },
  };
}

export interface DenseScan {
  /** Parameters: real and imaginary part of each pixel, interleaved. */
  readonly parameters: number;
  /** Expected counts of all detector pixels of all frames without background. */
  expected(o: ArrayLike<number>): Float64Array;
  /** ∂λ/∂o, one row per detector pixel, by the product rule on Ψ = B o. */
  jacobian(o: ArrayLike<number>): Float64Array[];
}

export function denseScan({ object: { height, width }, probe, positions }: TinyScan): DenseScan {
  const { size, modes } = probe;
  const pixels = size * size;
  const complexPixels = height * width;
  /** B[row][2c], B[row][2c + 1]: Ψ of a unit object pixel c. Rows: frame, mode, detector pixel. */
  const matrix: Float64Array[] = [];
  for (let j = 0; j < positions.x.length; j++) {
    for (let m = 0; m < modes; m++) {
      const rows = Array.from({ length: pixels }, () => new Float64Array(2 * complexPixels));
      for (let c = 0; c < complexPixels; c++) {
        const wave = exitOfUnit(c, j, m);
        if (wave === null) continue;
        const far = naiveDft2(wave, size, -1);
        for (let q = 0; q < pixels; q++) rows[q]!.set([far[2 * q]!, far[2 * q + 1]!], 2 * c);
      }
      matrix.push(...rows);
    }
  }

  /** P_m·A_j of an object that is 1 at pixel c; null when the frame does not see it. */
  function exitOfUnit(c: number, j: number, m: number): Float64Array | null {
    const [x, y] = [positions.x[j]!, positions.y[j]!];
    const wave = new Float64Array(2 * pixels);
    let seen = false;
    for (let v = 0; v < size; v++) {
      for (let u = 0; u < size; u++) {
        // Bilinear: a hat of width one pixel about the sampled point.
        const across = Math.max(0, 1 - Math.abs(x - size / 2 + u - (c % width)));
        const down = Math.max(0, 1 - Math.abs(y - size / 2 + v - Math.floor(c / width)));
        const i = 2 * (v * size + u);
        const p = 2 * m * pixels + i;
        wave[i] = across * down * probe.data[p]!;
        wave[i + 1] = across * down * probe.data[p + 1]!;
        seen ||= across * down > 0;
      }
    }
    return seen ? wave : null;
  }

  function far(o: ArrayLike<number>): [Float64Array, Float64Array] {
    const re = new Float64Array(matrix.length);
    const im = new Float64Array(matrix.length);
    matrix.forEach((row, q) => {
      for (let i = 0; i < row.length; i += 2) {
        re[q] = re[q]! + row[i]! * o[i]! - row[i + 1]! * o[i + 1]!;
        im[q] = im[q]! + row[i]! * o[i + 1]! + row[i + 1]! * o[i]!;
      }
    });
    return [re, im];
  }

  const detector = (q: number): number => Math.floor(q / (pixels * modes)) * pixels + (q % pixels);
  return {
    parameters: 2 * complexPixels,
    expected(o) {
      const [re, im] = far(o);
      const out = new Float64Array(positions.x.length * pixels);
      for (let q = 0; q < re.length; q++) out[detector(q)]! += re[q]! ** 2 + im[q]! ** 2;
      return out;
    },
    jacobian(o) {
      const [re, im] = far(o);
      const out = Array.from(
        { length: positions.x.length * pixels },
        () => new Float64Array(2 * complexPixels),
      );
      matrix.forEach((row, q) => {
        const into = out[detector(q)]!;
        for (let i = 0; i < row.length; i += 2) {
          into[i] = into[i]! + 2 * (re[q]! * row[i]! + im[q]! * row[i + 1]!);
          into[i + 1] = into[i + 1]! + 2 * (im[q]! * row[i]! - re[q]! * row[i + 1]!);
        }
      });
      return out;
    },
  };
}

/** Jᵀ diag(1/(λ + b)) J. */
export function denseFisher(
  jacobian: readonly Float64Array[],
  expected: Float64Array,
  background = 0,
): Float64Array[] {
  const n = jacobian[0]!.length;
  const out = Array.from({ length: n }, () => new Float64Array(n));
  jacobian.forEach((row, q) => {
    const weight = 1 / (expected[q]! + background);
    for (let i = 0; i < n; i++) {
      if (row[i] === 0) continue;
      const factor = weight * row[i]!;
      const into = out[i]!;
      for (let k = 0; k < n; k++) into[k] = into[k]! + factor * row[k]!;
    }
  });
  return out;
}

/** Inverse of a symmetric positive definite matrix, by Gauss–Jordan elimination. */
export function denseInverse(matrix: readonly Float64Array[]): Float64Array[] {
  const n = matrix.length;
  const a = matrix.map((row, i) => {
    const wide = new Float64Array(2 * n);
    wide.set(row);
    wide[n + i] = 1;
    return wide;
  });
  for (let k = 0; k < n; k++) {
    const pivot = a[k]![k]!;
    for (let c = k; c < 2 * n; c++) a[k]![c] = a[k]![c]! / pivot;
    for (let r = 0; r < n; r++) {
      const factor = a[r]![k]!;
      if (r === k || factor === 0) continue;
      for (let c = k; c < 2 * n; c++) a[r]![c] = a[r]![c]! - factor * a[k]![c]!;
    }
  }
  return a.map((row) => row.slice(n));
}

/** C = F⁻¹ off the one direction that no data determine, the global phase i·o. */
export function denseCovariance(fisher: readonly Float64Array[], o: ArrayLike<number>): Float64Array[] {
  const n = fisher.length;
  const along = Float64Array.from({ length: n }, (_, i) => (i % 2 === 0 ? -o[i + 1]! : o[i - 1]!));
  const length = along.reduce((sum, v) => sum + v * v, 0);
  const typical = fisher.reduce((sum, row, i) => sum + row[i]!, 0) / n;
  const filled = fisher.map((row, i) => row.map((v, k) => v + (typical * along[i]! * along[k]!) / length));
  // The filled direction has variance 1/typical of its own: whoever looks at C must look past it.
  return denseInverse(filled);
}
