// Sums and means in float64 that do not drift with the number of terms.
// Compensated summation: Neumaier, Z. angew. Math. Mech. 54, 39 (1974). doi:10.1002/zamm.19740540106

/** Σ values; 0 for none. The error does not grow with their number. */
export function sum(values: ArrayLike<number>): number {
  let total = 0;
  let lost = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const next = total + value;
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    total = next;
  }
  // An infinite or NaN total has no meaningful rest.
  return Number.isFinite(lost) ? total + lost : total;
}

/** Largest value; 0 when none is above 0. */
export function peak(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) if (values[i]! > largest) largest = values[i]!;
  return largest;
}

/** Arithmetic mean; NaN for no values. */
export function mean(values: ArrayLike<number>): number {
  return sum(values) / values.length;
}
