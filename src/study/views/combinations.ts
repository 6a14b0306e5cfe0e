// Combinations by number, in lexicographic order, so that one uniform integer draws one without listing them all.
// Knuth, The Art of Computer Programming 4A, section 7.2.1.3.

/** n over k, exact below 2⁵³. */
export function binomial(n: number, k: number): number {
  if (k < 0 || k > n) return 0;
  let result = 1;
  for (let i = 1; i <= k; i++) result = (result * (n - k + i)) / i;
  return Math.round(result);
}

/** Writes combination number `rank` of k of 0 … n−1, ascending, into `out` at `offset`. */
export function combinationAt(rank: number, n: number, k: number, out: Int32Array, offset = 0): void {
  let left = rank;
  let item = 0;
  for (let i = 0; i < k; i++) {
    for (;;) {
      const withItem = binomial(n - item - 1, k - i - 1);
      if (left < withItem) break;
      left -= withItem;
      item++;
    }
    out[offset + i] = item++;
  }
}
