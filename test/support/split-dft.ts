// The 2-D DFT in float64, quick enough for every pixel of a large field: columns of N = ab points by the definition, summed in
// two steps (k = k₁ + a·k₂, n = b·n₁ + n₂), all columns at once; then the rows. Shares nothing with the library's transforms.

/** Σ f e^{−2πi k·x/N}, plain sums, DC at [0, 0]. */
export function splitDft2(field: ArrayLike<number>, size: number): Float64Array {
  return columns(columns(Float64Array.from(field), size), size);
}

/** Transforms the columns and gives them as rows. */
function columns(field: Float64Array, size: number): Float64Array {
  const a = Array.from({ length: size }, (_, i) => i + 1).findLast((d) => size % d === 0 && d * d <= size)!;
  const b = size / a;
  const half = new Float64Array(field.length);
  const sums = new Float64Array(field.length);
  for (let k1 = 0; k1 < a; k1++) {
    for (let n2 = 0; n2 < b; n2++) {
      for (let n1 = 0; n1 < a; n1++) addRow(half, k1 * b + n2, field, b * n1 + n2, b * n1 * k1, size);
    }
  }
  for (let k = 0; k < size; k++) {
    for (let n2 = 0; n2 < b; n2++) addRow(sums, k, half, b * (k % a) + n2, n2 * k, size);
  }
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      half[2 * (x * size + y)] = sums[2 * (y * size + x)]!;
      half[2 * (x * size + y) + 1] = sums[2 * (y * size + x) + 1]!;
    }
  }
  return half;
}

/** to[o] += e^{−2πi turn/N} from[i], for whole rows. */
function addRow(
  to: Float64Array,
  o: number,
  from: Float64Array,
  i: number,
  turn: number,
  size: number,
): void {
  const angle = (-2 * Math.PI * (turn % size)) / size;
  const [re, im] = [Math.cos(angle), Math.sin(angle)];
  const jump = 2 * size * (i - o);
  for (let at = 2 * size * o; at < 2 * size * (o + 1); at += 2) {
    const fr = from[at + jump]!;
    const fi = from[at + jump + 1]!;
    to[at] = to[at]! + fr * re - fi * im;
    to[at + 1] = to[at + 1]! + fr * im + fi * re;
  }
}
