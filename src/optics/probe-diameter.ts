// The diameter of a probe, which overlap is measured with. Two definitions; the one used is always stated.
//   second-moment  D = 2√2·σ, σ² = Σ|P|²|r − r̄|² / Σ|P|²: the uniform disc with the same second moment
//   fwhm           D = 2√(A/π), A the area where |P|² is at least half its maximum

import type { Probe } from "../array/scan.ts";
import { DoselapError } from "../errors.ts";
import { momentsOf, spreadOf } from "../math/moments.ts";

export type ProbeDiameterDefinition = "second-moment" | "fwhm";

/** Diameter in object pixels of the probe's intensity, summed over modes. @throws Range when the probe is dark. */
export function measureProbeDiameter(probe: Probe, definition: ProbeDiameterDefinition): number {
  const intensity = intensityOf(probe);
  switch (definition) {
    case "second-moment":
      return 2 * Math.SQRT2 * rmsRadius(intensity, probe.size);
    case "fwhm":
      return halfMaximumDiameter(intensity);
    default:
      return definition satisfies never;
  }
}

/** The definition in words, as it stands in metadata and reports. */
export function probeDiameterDefinitionText(definition: ProbeDiameterDefinition): string {
  switch (definition) {
    case "second-moment":
      return "second-moment: diameter of the uniform disc with the second moment of |P|^2, 2*sqrt(2) times the rms radius";
    case "fwhm":
      return "fwhm: diameter of the disc with the area where |P|^2 is at least half its maximum";
    default:
      return definition satisfies never;
  }
}

function intensityOf({ modes, size, data }: Probe): Float64Array {
  const pixels = size * size;
  const intensity = new Float64Array(pixels);
  for (let mode = 0; mode < modes; mode++) {
    for (let i = 0, at = 2 * pixels * mode; i < pixels; i++, at += 2) {
      intensity[i] = intensity[i]! + data[at]! ** 2 + data[at + 1]! ** 2;
    }
  }
  const total = intensity.reduce((sum, value) => sum + value, 0);
  if (!(total > 0 && total < Infinity)) {
    throw new DoselapError("Range", "a probe without light has no diameter", {
      expected: "a finite power above 0",
      got: String(total),
    });
  }
  return intensity;
}

/** Root of the mean squared distance from the centroid. */
function rmsRadius(intensity: Float64Array, size: number): number {
  return Math.sqrt(Math.max(0, spreadOf(momentsOf(intensity, size))));
}

function halfMaximumDiameter(intensity: Float64Array): number {
  let peak = 0;
  for (const value of intensity) peak = Math.max(peak, value);
  let area = 0;
  for (const value of intensity) if (value >= peak / 2) area++;
  return 2 * Math.sqrt(area / Math.PI);
}
