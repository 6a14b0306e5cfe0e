// Goodness of fit for discrete distributions: Pearson's chi-square as a normal deviate.
// Wilson & Hilferty, PNAS 17, 684 (1931): (χ²/ν)^⅓ is nearly normal with mean 1 − 2/9ν and variance 2/9ν.

/** Standard deviations by which χ² of the draws exceeds what is expected. Values with less than 8 expected draws
 * are pooled with their neighbours. `probability(k)` for k = 0, 1, …; `from` and `to` bound the sum. */
export function chiSquareDeviate(
  draws: ArrayLike<number>,
  probability: (k: number) => number,
  { from, to }: { from: number; to: number },
): number {
  const counts = new Map<number, number>();
  for (let i = 0; i < draws.length; i++) counts.set(draws[i]!, (counts.get(draws[i]!) ?? 0) + 1);
  const bins: { observed: number; expected: number }[] = [];
  let [observed, expected, seen, mass] = [0, 0, 0, 0];
  for (let k = from; k <= to; k++) {
    observed += counts.get(k) ?? 0;
    expected += draws.length * probability(k);
    if (expected < 8) continue;
    bins.push({ observed, expected });
    seen += observed;
    mass += expected;
    [observed, expected] = [0, 0];
  }
  // What lies beyond the last full bin, and outside [from, to], makes one bin with it.
  const last = bins.pop();
  if (last === undefined) throw new Error("too few draws for a chi-square");
  bins.push({
    observed: last.observed + draws.length - seen,
    expected: last.expected + draws.length - mass,
  });
  if (bins.length < 2) throw new Error("too few bins for a chi-square");
  const chi2 = bins.reduce((sum, bin) => sum + (bin.observed - bin.expected) ** 2 / bin.expected, 0);
  const freedom = bins.length - 1;
  const variance = 2 / (9 * freedom);
  return (Math.cbrt(chi2 / freedom) - (1 - variance)) / Math.sqrt(variance);
}
