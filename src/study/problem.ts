// From a dataset to an engine's problem: the frames and the probe, and a flat object. The truth stays behind (F-30).

import type { Dataset, Probe } from "../data/dataset.ts";
import type { Problem } from "../engines/engine.ts";
import { DoselapError } from "../errors.ts";

/** The problem of reconstructing a dataset, by default with all modes of its own probe.
 * @throws Shape when the probe does not fit the frames, Contract when no frame holds a photon. */
export function problemOf(
  { frames, size, diffraction, positions, probe: own, object }: Dataset,
  { probe = own, modes = probe.modes }: { probe?: Probe; modes?: number } = {},
): Problem {
  if (probe.size !== size) {
    throw new DoselapError("Shape", "the probe does not fit the frames", {
      expected: `${size} × ${size} px`,
      got: `${probe.size} × ${probe.size} px`,
    });
  }
  if (!diffraction.some((amplitude) => amplitude > 0)) {
    throw new DoselapError("Contract", "the scan holds no counts: there is nothing to reconstruct", {
      key: "diffraction",
      expected: "at least one photon",
      got: `0 in ${frames} frames`,
      finding: "DATA-001",
    });
  }
  return {
    frames,
    size,
    diffraction,
    positions,
    probe: probe.data.subarray(0, 2 * modes * size * size),
    probeModes: modes,
    objectHeight: object.height,
    objectWidth: object.width,
  };
}
