// Float64 discrete Fourier transforms of any length, for metrics and registration, where float32 rounding would show.
//   F[k] = Σ_x f[x] e^{−2πi k·x/n}, unnormalised forward; the inverse carries 1/n. DC at index 0.
// Lengths 2^a·3^b·5^c by passes of these radices; others by chirp convolution (Bluestein 1970, doi:10.1109/TAU.1970.1162132).
// Complex data is interleaved (re, im). Error grows as 1e-16·log n relative to the 2-norm.

import { DoselapError } from "../errors.ts";
import { mixedRadix, radicesOf, type Transform } from "./mixed-radix.ts";

/** In-place transform of `size` complex numbers starting at complex index `offset`. Owns scratch: not re-entrant. */
export interface Fft64 {
  readonly size: number;
  forward(data: Float64Array, offset?: number): void;
  /** Includes the factor 1/size. */
  inverse(data: Float64Array, offset?: number): void;
}

/** Plans a 1-D transform of any length. @throws Range when the length is not a positive integer. */
export function createFft64(size: number): Fft64 {
  if (!Number.isInteger(size) || size < 1) {
    throw new DoselapError("Range", "a transform needs a length", {
      expected: "a positive integer",
      got: String(size),
    });
  }
  const radices = radicesOf(size);
  const forward = radices === undefined ? bluestein(size) : mixedRadix(size, radices);
  return {
    size,
    forward: (data, offset = 0) => forward(data, offset),
    inverse(data, offset = 0) {
      // F⁻¹(f) = conj(F(conj f))/n
      conjugate(data, offset, size, 1);
      forward(data, offset);
      conjugate(data, offset, size, 1 / size);
    },
  };
}

/** 2-D transform in place, complex128 [height, width] interleaved; unnormalised forward, 1/(height·width) inverse. */
export function fft2Float64(
  data: Float64Array,
  height: number,
  width: number,
  { inverse = false }: { inverse?: boolean } = {},
): void {
  if (data.length !== 2 * height * width) {
    throw new DoselapError("Shape", "the field does not fit its shape", {
      expected: `${2 * height * width} numbers for (${height}, ${width})`,
      got: String(data.length),
    });
  }
  const rows = createFft64(width);
  for (let y = 0; y < height; y++) {
    if (inverse) rows.inverse(data, y * width);
    else rows.forward(data, y * width);
  }
  const columns = height === width ? rows : createFft64(height);
  const column = new Float64Array(2 * height);
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      column[2 * y] = data[2 * (y * width + x)]!;
      column[2 * y + 1] = data[2 * (y * width + x) + 1]!;
    }
    if (inverse) columns.inverse(column);
    else columns.forward(column);
    for (let y = 0; y < height; y++) {
      data[2 * (y * width + x)] = column[2 * y]!;
      data[2 * (y * width + x) + 1] = column[2 * y + 1]!;
    }
  }
}

/** Signed frequency index of bin k of n: 0, 1, …, −2, −1; −n/2 for the Nyquist bin, as numpy's fftfreq has it. */
export function signedIndex(k: number, n: number): number {
  return k < Math.ceil(n / 2) ? k : k - n;
}

/** Smallest power of two of at least n: the length to pad to where the padding does no harm. */
export function fastLength(n: number): number {
  return 2 ** Math.ceil(Math.log2(n));
}

/** Shortest length of at least n without a chirp convolution. */
export function smoothLength(n: number): number {
  let length = n;
  while (radicesOf(length) === undefined) length++;
  return length;
}

function conjugate(data: Float64Array, offset: number, size: number, scale: number): void {
  for (let i = 2 * offset; i < 2 * (offset + size); i += 2) {
    data[i] = data[i]! * scale;
    data[i + 1] = -data[i + 1]! * scale;
  }
}

/** F[k] = w[k] Σ_x (f[x] w[x]) w*[k−x] with the chirp w[x] = e^{−iπx²/n}: a circular convolution of length m ≥ 2n−1. */
function bluestein(n: number): Transform {
  const m = smoothLength(2 * n - 1);
  const inner = createFft64(m);
  const chirp = new Float64Array(2 * n);
  const kernel = new Float64Array(2 * m);
  for (let x = 0; x < n; x++) {
    // x² is reduced mod 2n before it meets π, so that large lengths keep their phase.
    const angle = (Math.PI * ((x * x) % (2 * n))) / n;
    chirp[2 * x] = Math.cos(angle);
    chirp[2 * x + 1] = -Math.sin(angle);
    for (const at of x === 0 ? [0] : [x, m - x]) {
      kernel[2 * at] = Math.cos(angle);
      kernel[2 * at + 1] = Math.sin(angle);
    }
  }
  inner.forward(kernel);
  const work = new Float64Array(2 * m);
  return (data, offset) => {
    const base = 2 * offset;
    work.fill(0);
    for (let i = 0; i < 2 * n; i += 2) multiplyInto(work, i, data, base + i, chirp, i);
    inner.forward(work);
    for (let i = 0; i < 2 * m; i += 2) multiplyInto(work, i, work, i, kernel, i);
    inner.inverse(work);
    for (let i = 0; i < 2 * n; i += 2) multiplyInto(data, base + i, work, i, chirp, i);
  };
}

/** out[o] = a[i]·b[j], complex. */
function multiplyInto(
  out: Float64Array,
  o: number,
  a: Float64Array,
  i: number,
  b: Float64Array,
  j: number,
): void {
  const re = a[i]! * b[j]! - a[i + 1]! * b[j + 1]!;
  const im = a[i]! * b[j + 1]! + a[i + 1]! * b[j]!;
  out[o] = re;
  out[o + 1] = im;
}
