// Where an FRC curve falls below a threshold: 0.5, 1/7 (Rosenthal & Henderson 2003, doi:10.1016/j.jmb.2003.07.013), and the
// half-bit curve of van Heel & Schatz 2005, doi:10.1016/j.jsb.2005.05.009:
//   T(n) = (0.2071 + 1.9102/√n) / (1.2071 + 0.9102/√n),  n independent pixels in the ring

/** Half-bit threshold for n independent pixels. */
export function halfBitThreshold(independentPixels: number): number {
  const root = Math.sqrt(independentPixels);
  return (0.2071 + 1.9102 / root) / (1.2071 + 0.9102 / root);
}

/** First frequency at which the curve is below the threshold, linear between rings. `threshold(i)` is that of ring i.
 * 0 when the first ring is below already, null when no ring is. Rings without a value are passed over. */
export function crossing(
  frequency: readonly number[],
  value: readonly (number | null)[],
  threshold: (ring: number) => number,
): number | null {
  let lastFrequency = 0;
  let lastMargin: number | null = null;
  for (let i = 0; i < value.length; i++) {
    const here = value[i];
    if (here === null || here === undefined) continue;
    const margin = here - threshold(i);
    if (margin < 0) {
      if (lastMargin === null) return 0;
      return lastFrequency + ((frequency[i]! - lastFrequency) * lastMargin) / (lastMargin - margin);
    }
    lastFrequency = frequency[i]!;
    lastMargin = margin;
  }
  return null;
}
