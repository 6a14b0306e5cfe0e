// Photon counts of a dataset's frames: what thinning works on, and whether drawn counts keep their dose.

import type { Dataset } from "../data/dataset.ts";
import { DoselapError } from "../errors.ts";
import { mean } from "../math/stats.ts";

/** Counts n = diffraction², float64 [M, N, N], whole numbers.
 * @throws Contract (DATA-001) when a value is no square root of a whole number. */
export function countsOf({ diffraction, size }: Dataset): Float64Array {
  const counts = new Float64Array(diffraction.length);
  for (let i = 0; i < counts.length; i++) {
    const square = diffraction[i]! * diffraction[i]!;
    const count = Math.round(square);
    // A float32 root is off by up to 6e-8 of itself, its square by 1.2e-7; files may have rounded it twice.
    if (!(Math.abs(square - count) <= 1e-6 + 5e-7 * square)) {
      const frame = Math.floor(i / (size * size));
      throw new DoselapError(
        "Contract",
        "these frames do not hold whole photon counts, so they cannot be thinned",
        {
          key: `diffraction (frame ${frame}, pixel ${i % (size * size)})`,
          expected: "the square root of a whole number",
          got: `${diffraction[i]!}, whose square is ${square}`,
          finding: "DATA-001",
          hint: "Convert the raw counts instead; data that were scaled, averaged or corrected are not Poisson any more.",
        },
      );
    }
    counts[i] = count;
  }
  return counts;
}

/** Mean over the frames of Σ diffraction². */
export function meanCountsPerFrame({ frames, diffraction }: Dataset): number {
  const pixels = diffraction.length / frames;
  const totals = new Float64Array(frames);
  for (let j = 0; j < frames; j++) {
    let total = 0;
    for (let i = j * pixels; i < (j + 1) * pixels; i++) total += diffraction[i]! * diffraction[i]!;
    totals[j] = total;
  }
  return mean(totals);
}

/** Counts that were drawn must have the mean they were drawn with: it is off by more than five standard errors once in
 * 1.7 million. `slack` allows for rounding. @throws Contract (DATA-001). */
export function checkMeanCounts(
  measured: number,
  expected: number,
  {
    standardError,
    slack = 0,
    drawnBy,
  }: { standardError: number; slack?: number; drawnBy: "simulation" | "thinning" },
): void {
  if (Math.abs(measured - expected) <= 5 * standardError + slack) return;
  const counts = drawnBy === "simulation" ? "simulated" : "thinned";
  throw new DoselapError("Contract", `the ${counts} counts miss the dose by more than five standard errors`, {
    key: "measuredMeanCounts",
    expected: `${expected} ± ${standardError} photons per frame`,
    got: String(measured),
    finding: "DATA-001",
    hint: `Another seed may pass once; if it does not, the ${drawnBy} is wrong: please report it.`,
  });
}
