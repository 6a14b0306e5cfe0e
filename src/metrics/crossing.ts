// Where a Fourier ring correlation falls below a threshold, between rings, and what it means when it does not.
// A curve that never falls has no crossing: its length is not a resolution.

/** `crosses`: a frequency; `never`: the curve stays above the threshold to its last ring; `below`: the first ring is
 * below already, nothing is resolved; `absent`: there is no curve. */
export type CrossingState = "crosses" | "never" | "below" | "absent";

export interface Crossing {
  readonly state: CrossingState;
  /** Same unit as the curve's frequency; 0 for `below`, null for `never` and `absent`. */
  readonly frequency: number | null;
}

/** First frequency at which the curve is below the threshold, linear between rings. `threshold(i)` is that of ring i.
 * Rings without a value are passed over. */
export function findCrossing(
  frequency: readonly number[],
  value: readonly (number | null)[],
  threshold: (ring: number) => number,
): Crossing {
  let lastFrequency = 0;
  let lastMargin: number | null = null;
  for (let i = 0; i < value.length; i++) {
    const here = value[i];
    if (here === null || here === undefined) continue;
    const margin = here - threshold(i);
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
