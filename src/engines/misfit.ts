// How well the model explains some frames, from the stats that the kernels left for them.

import { statIndex, statsPerFrame } from "../compute/scan-memory.ts";
import type { ScanRun } from "./scan-run.ts";

/** Relative misfit and deviance per pixel of some frames, from their stats as they stand. */
export function misfitOf(
  { views, survey: { validPixels, frameCounts } }: ScanRun,
  frames: Int32Array,
): { readonly error: number; readonly deviance: number } {
  let [misfit, counts, deviance, pixels] = [0, 0, 0, 0];
  for (const j of frames) {
    const at = j * statsPerFrame;
    misfit += views.stats[at + statIndex.misfit]!;
    counts += frameCounts[j]!;
    deviance += views.stats[at + statIndex.deviance]!;
    pixels += validPixels[j]!;
  }
  return { error: misfit / Math.max(counts, Number.MIN_VALUE), deviance: deviance / pixels };
}
