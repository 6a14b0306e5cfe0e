// From a dataset to an engine's problem: the frames and the probe, and a flat object. The truth stays behind (F-30).

import type { Dataset, Probe } from "../data/dataset.ts";
import type { Problem } from "../engines/problem.ts";
import { DoselapError } from "../errors.ts";

/** The problem of reconstructing a dataset, by default with all modes of its own probe.
 * @throws Shape when the probe does not fit the frames. */
export function problemOf(
  { frames, size, diffraction, positions, probe: own, object, metadata }: Dataset,
  { probe = own, modes = probe.modes }: { probe?: Probe; modes?: number } = {},
): Problem {
  if (probe.size !== size) {
    throw new DoselapError("Shape", "the probe does not fit the frames", {
      expected: `${size} × ${size} px`,
      got: `${probe.size} × ${probe.size} px`,
    });
  }
  const photons = metadata["backgroundPhotonsPerPx"];
  return {
    frames,
    size,
    diffraction,
    positions,
    probe: probe.data.subarray(0, 2 * modes * size * size),
    probeModes: modes,
    objectHeight: object.height,
    objectWidth: object.width,
    // The background of a simulated scan is known to every arm, as the probe is.
    ...(typeof photons === "number" && photons > 0
      ? { background: new Float32Array(size * size).fill(photons) }
      : {}),
  };
}
