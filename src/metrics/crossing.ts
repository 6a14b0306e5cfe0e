// Where a Fourier ring correlation falls below a threshold, between rings, and what it means when it does not.
// A curve that never falls has no crossing: its length is not a resolution.
// The first rings hold so few pixels that their correlation is mostly chance: unrelated images reach 2/√n there in one case of
// twenty, the significance curve of Saxton & Baumeister 1982, doi:10.1111/j.1365-2818.1982.tb00405.x. The bit curves of
// van Heel & Schatz 2005, doi:10.1016/j.jsb.2005.05.009, allow for that; a fixed threshold does not.

/** `crosses`: a frequency; `never`: the curve stays above the threshold to its last ring; `below`: the first ring is
 * below already, nothing is resolved; `absent`: there is no curve. */
export type CrossingState = "crosses" | "never" | "below" | "absent";

export interface Crossing {
  readonly state: CrossingState;
  /** Same unit as the curve's frequency; 0 for `below`, null for `never` and `absent`. */
  readonly frequency: number | null;
}

/** Independent pixels from which 2/√n ≤ 0.5: what the rings of a study need to decide alone (METRIC-013). */
export const decidingPixels = 16;

/** First frequency at which the curve is below the threshold, linear between rings. `threshold(i)` is that of ring i.
 * Rings without a value are passed over. Where the first ring that decides is above the threshold, a dip among the rings before
 * it is passed over, too. @param decides all rings when absent. */
export function findCrossing(
  frequency: readonly number[],
  value: readonly (number | null)[],
  threshold: (ring: number) => number,
  decides: (ring: number) => boolean = () => true,
): Crossing {
  const hasValue = (i: number): boolean => typeof value[i] === "number";
  const first = value.findIndex((_, i) => hasValue(i) && decides(i));
  const start = first >= 0 && value[first]! >= threshold(first) ? first : 0;
  let lastFrequency = 0;
  let lastMargin: number | null = null;
  for (let i = start; i < value.length; i++) {
    if (!hasValue(i)) continue;
    const margin = value[i]! - threshold(i);
    if (margin < 0) {
      if (lastMargin === null) return { state: "below", frequency: 0 };
      const step = frequency[i]! - lastFrequency;
      return { state: "crosses", frequency: lastFrequency + (step * lastMargin) / (lastMargin - margin) };
    }
    lastFrequency = frequency[i]!;
    lastMargin = margin;
  }
  return { state: lastMargin === null ? "absent" : "never", frequency: null };
}
