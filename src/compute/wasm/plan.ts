// The plan of a transform of N points for the WebAssembly kernels: radices, twiddles, the order of the output rows.
// Decimation in frequency with radices r₁, r₂, …: frequency k = k₁ + r₁(k₂ + r₂(k₃ + …)) ends up in row
// k₁·N/r₁ + k₂·N/(r₁r₂) + …. Twiddles are computed in float64 and rounded once.

import { DoselapError } from "../../errors.ts";

export interface FftPlan {
  readonly size: number;
  readonly radices: readonly number[];
  /** rowOf[k] = row of frequency k after the forward transform. */
  readonly rowOf: Int32Array;
}

/** Sizes are multiples of 8 (the width of a strip), and small enough for a strip to stay in a first-level cache. */
const smallest = 8;
const largest = 1024;
/** A row of a strip: eight complex64. */
const rowBytes = 64;

/** The sizes in words. */
export const kernelSizes = `a multiple of 8 up to ${largest} without prime factors above 5, such as 64, 96, 128 or 160`;

/** Whether the kernels can transform N points. */
export function isKernelSize(size: number): boolean {
  return size >= smallest && size <= largest && size % 8 === 0 && factorsOf(size) !== undefined;
}

/** @throws Range when the kernels have no transform of this size. */
export function planFft(size: number): FftPlan {
  const radices = isKernelSize(size) ? factorsOf(size) : undefined;
  if (radices === undefined) {
    throw new DoselapError("Range", "the WebAssembly kernels have no transform of this size", {
      key: "N",
      expected: kernelSizes,
      got: String(size),
      hint: 'Crop or pad the frames to such a size, powers of two are fastest; the reference kernels ("auto" falls back on them) are slow but take any even size of factors 2, 3 and 5.',
    });
  }
  const rowOf = new Int32Array(size);
  for (let k = 0; k < size; k++) {
    let rest = k;
    let span = size;
    for (const radix of radices) {
      span /= radix;
      rowOf[k] = rowOf[k]! + (rest % radix) * span;
      rest = Math.floor(rest / radix);
    }
  }
  return { size, radices, rowOf };
}

/** Radices in the order of the stages. The last has no twiddles; it is 4, or 8 where the twos are odd in number. */
function factorsOf(size: number): number[] | undefined {
  const radices: number[] = [];
  let rest = size;
  for (const radix of [5, 3]) {
    for (; rest % radix === 0; rest /= radix) radices.push(radix);
  }
  const twos = Math.log2(rest);
  if (!Number.isInteger(twos) || twos < 2) return undefined;
  const last = twos % 2 === 0 ? 4 : 8;
  for (rest /= last; rest > 1; rest /= 4) radices.push(4);
  return [...radices, last];
}

/** Bytes of stage records and twiddles. */
export function planBytes({ size, radices }: FftPlan): number {
  let bytes = 16 * radices.length;
  let m = size;
  for (const radix of radices) {
    m /= radix;
    bytes += 8 * (radix - 1) * (m - 1);
  }
  return bytes;
}

/** Where the kernels look for a plan. */
export interface PlanPlace {
  /** Stage records, then twiddles: {@link planBytes}. */
  readonly plan: number;
  /** Offsets of the rows of frequencies 0 … N−1, twice over, int32. */
  readonly places: number;
}

/** Writes stage records, twiddles and row offsets as assembly/transform.ts and assembly/state.ts read them. */
export function writePlan(
  { size, radices, rowOf }: FftPlan,
  buffer: ArrayBufferLike,
  place: PlanPlace,
): void {
  const memory = new DataView(buffer);
  let at = place.plan + 16 * radices.length;
  let length = size;
  radices.forEach((radix, stage) => {
    const m = length / radix;
    [radix, m, size / length, at].forEach((value, i) => {
      memory.setInt32(place.plan + 16 * stage + 4 * i, value, true);
    });
    for (let p = 1; p < m; p++) {
      for (let k = 1; k < radix; k++, at += 8) {
        const angle = (-2 * Math.PI * ((p * k) % length)) / length;
        memory.setFloat32(at, Math.cos(angle), true);
        memory.setFloat32(at + 4, Math.sin(angle), true);
      }
    }
    length = m;
  });
  const places = new Int32Array(buffer, place.places, 2 * size);
  for (let k = 0; k < 2 * size; k++) places[k] = rowBytes * rowOf[k % size]!;
}
