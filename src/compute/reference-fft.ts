// The plain 2-D FFT that every faster backend is held against: float32 fields, float64 arithmetic inside.
//   F[k] = s Σ_x f[x] e^{−2πi k·x/N}; options say s and where DC is.
// Stockham autosort passes of radix 4, 2, 3 and 5 (Cochran et al. 1967, doi:10.1109/TAU.1967.1161899).
// One pass transforms all columns at once, so the inner loop runs along memory; a transpose, and the same
// again, does the rows. The inverse is the forward transform with real and imaginary parts exchanged.

import { DoselapError } from "../errors.ts";
import { unitRoots } from "../math/unit-roots.ts";
import type { Fft2, Fft2Options, Transforms } from "./backend.ts";
import { checkField, fftForm } from "./fft-form.ts";

/** One Stockham step: `length` points at `stride`, from one buffer to the other. */
type Step = (from: Float64Array, to: Float64Array) => void;

/** Plans N×N transforms. @throws Range when N is not a product of 2, 3 and 5, Usage for an unknown option. */
export function referenceFft2(size: number, options?: Fft2Options): Fft2 {
  const steps = planSteps(size, radicesOf(size));
  const form = fftForm(size, options);
  const numbers = 2 * size * size;
  // Two whole fields in float64: Stockham steps go back and forth between them.
  const scratch = [new Float64Array(numbers), new Float64Array(numbers)] as const;

  /** places[i] = place of row or column i, counted from DC. */
  const places = Int32Array.from({ length: size }, (_, i) => (i + form.center) % size);

  /** `re` and `im` are the places of the two parts within a pair: (0, 1) forward, (1, 0) inverse. */
  function transform(field: Float32Array, offset: number, scale: number, re: 0 | 1, im: 0 | 1): void {
    checkField(field, offset, size);
    let [from, to] = scratch;
    for (let y = 0, o = 0; y < size; y++) {
      const row = offset + 2 * size * places[y]!;
      for (let x = 0; x < size; x++, o += 2) {
        const i = row + 2 * places[x]!;
        from[o] = field[i + re]!;
        from[o + 1] = field[i + im]!;
      }
    }
    for (let axis = 0; axis < 2; axis++) {
      for (let s = 0; s < steps.length; s++) {
        steps[s]!(from, to);
        [from, to] = [to, from];
      }
      transpose(from, to, size);
      [from, to] = [to, from];
    }
    for (let y = 0, i = 0; y < size; y++) {
      const row = offset + 2 * size * places[y]!;
      for (let x = 0; x < size; x++, i += 2) {
        const o = row + 2 * places[x]!;
        field[o + re] = from[i]! * scale;
        field[o + im] = from[i + 1]! * scale;
      }
    }
  }
  return {
    size,
    forward: (field, offset = 0) => transform(field, offset, form.forward, 0, 1),
    inverse: (field, offset = 0) => transform(field, offset, form.inverse, 1, 0),
    adjoint: (field, offset = 0) => transform(field, offset, form.adjoint, 1, 0),
  };
}

/** Whether N is a product of 2, 3 and 5. */
export function hasReferenceFft(size: number): boolean {
  return factorsOf(size).rest === 1;
}

/** The radices of the steps, their product is the size. */
function radicesOf(size: number): number[] {
  const { radices, rest } = factorsOf(size);
  if (rest === 1) return radices;
  throw new DoselapError("Range", "no transform of this size", {
    key: "N",
    expected: "a positive product of 2, 3 and 5, such as 64, 96 or 100",
    got: String(size),
    hint: "Crop or pad the frames to such a size; powers of two are fastest.",
  });
}

function factorsOf(size: number): { readonly radices: number[]; readonly rest: number } {
  const radices: number[] = [];
  let rest = Number.isInteger(size) && size >= 1 ? size : 0;
  for (const radix of [4, 2, 3, 5]) {
    while (rest > 0 && rest % radix === 0) {
      radices.push(radix);
      rest /= radix;
    }
  }
  return { radices, rest };
}

function planSteps(size: number, radices: readonly number[]): Step[] {
  const steps: Step[] = [];
  let length = size;
  let stride = size;
  for (const radix of radices) {
    const twiddles = unitRoots(length);
    if (radix === 2) steps.push(radix2(length, stride, twiddles));
    else if (radix === 4) steps.push(radix4(length, stride, twiddles));
    else steps.push(smallPrime(radix, length, stride, twiddles));
    length /= radix;
    stride *= radix;
  }
  return steps;
}

/** to[q + s(2p + k)] = w^{pk} Σ_j from[q + s(p + jm)] (−1)^{jk}, m = length/2. */
function radix2(length: number, stride: number, w: Float64Array): Step {
  const m = length / 2;
  const jump = 2 * stride * m;
  return (from, to) => {
    for (let p = 0; p < m; p++) {
      const wr = w[2 * p]!;
      const wi = w[2 * p + 1]!;
      const end = 2 * stride * (p + 1);
      let o = 4 * stride * p;
      for (let i = 2 * stride * p; i < end; i += 2, o += 2) {
        const ar = from[i]!;
        const ai = from[i + 1]!;
        const br = from[i + jump]!;
        const bi = from[i + jump + 1]!;
        const dr = ar - br;
        const di = ai - bi;
        to[o] = ar + br;
        to[o + 1] = ai + bi;
        to[o + 2 * stride] = dr * wr - di * wi;
        to[o + 2 * stride + 1] = dr * wi + di * wr;
      }
    }
  };
}

function radix4(length: number, stride: number, w: Float64Array): Step {
  const m = length / 4;
  const jump = 2 * stride * m;
  const out = 2 * stride;
  return (from, to) => {
    for (let p = 0; p < m; p++) {
      const w1r = w[2 * p]!;
      const w1i = w[2 * p + 1]!;
      const w2r = w[4 * p]!;
      const w2i = w[4 * p + 1]!;
      const w3r = w[6 * p]!;
      const w3i = w[6 * p + 1]!;
      const end = 2 * stride * (p + 1);
      let o = 8 * stride * p;
      for (let i = 2 * stride * p; i < end; i += 2, o += 2) {
        const ar = from[i]!;
        const ai = from[i + 1]!;
        const br = from[i + jump]!;
        const bi = from[i + jump + 1]!;
        const cr = from[i + 2 * jump]!;
        const ci = from[i + 2 * jump + 1]!;
        const dr = from[i + 3 * jump]!;
        const di = from[i + 3 * jump + 1]!;
        // Sums and differences of opposite points; the odd difference is turned by −i.
        const evenR = ar + cr;
        const evenI = ai + ci;
        const halfR = ar - cr;
        const halfI = ai - ci;
        const oddR = br + dr;
        const oddI = bi + di;
        const turnR = bi - di;
        const turnI = dr - br;
        to[o] = evenR + oddR;
        to[o + 1] = evenI + oddI;
        const y1r = halfR + turnR;
        const y1i = halfI + turnI;
        to[o + out] = y1r * w1r - y1i * w1i;
        to[o + out + 1] = y1r * w1i + y1i * w1r;
        const y2r = evenR - oddR;
        const y2i = evenI - oddI;
        to[o + 2 * out] = y2r * w2r - y2i * w2i;
        to[o + 2 * out + 1] = y2r * w2i + y2i * w2r;
        const y3r = halfR - turnR;
        const y3i = halfI - turnI;
        to[o + 3 * out] = y3r * w3r - y3i * w3i;
        to[o + 3 * out + 1] = y3r * w3i + y3i * w3r;
      }
    }
  };
}

/** Any small radix by the definition: r² products per point, meant for 3 and 5. */
function smallPrime(radix: number, length: number, stride: number, w: Float64Array): Step {
  const m = length / radix;
  const roots = unitRoots(radix);
  return (from, to) => {
    for (let p = 0; p < m; p++) {
      for (let q = 0; q < stride; q++) {
        for (let k = 0; k < radix; k++) {
          let re = 0;
          let im = 0;
          for (let j = 0; j < radix; j++) {
            const i = 2 * (q + stride * (p + j * m));
            const r = 2 * ((j * k) % radix);
            re += from[i]! * roots[r]! - from[i + 1]! * roots[r + 1]!;
            im += from[i]! * roots[r + 1]! + from[i + 1]! * roots[r]!;
          }
          const wr = w[2 * p * k]!;
          const wi = w[2 * p * k + 1]!;
          const o = 2 * (q + stride * (radix * p + k));
          to[o] = re * wr - im * wi;
          to[o + 1] = re * wi + im * wr;
        }
      }
    }
  };
}

function transpose(from: Float64Array, to: Float64Array, size: number): void {
  for (let y = 0; y < size; y++) {
    let i = 2 * y * size;
    for (let x = 0; x < size; x++, i += 2) {
      const o = 2 * (x * size + y);
      to[o] = from[i]!;
      to[o + 1] = from[i + 1]!;
    }
  }
}

/** The plain transforms alone, for what must be the same on all kernels. */
export const referenceTransforms: Transforms = { name: "reference", fft2: referenceFft2 };
