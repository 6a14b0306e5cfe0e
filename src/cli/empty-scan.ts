// A scan without a single photon is valid and useless: whoever made it should hear of it.

import type { Dataset } from "../data/dataset.ts";

/** A warning when no frame holds a count. */
export function emptyScan({ frames, metadata }: Dataset): string[] {
  if (Number(metadata["measuredMeanCounts"]) > 0) return [];
  return [`not one photon in ${frames} frames: nothing can be reconstructed from this dose`];
}
