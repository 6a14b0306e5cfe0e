// The beam of a Fresnel zone plate: its first-order focus is an Airy pattern of a pupil with an obstruction.
//   pupil  A(k) = 1 for k₁ ≤ |k| ≤ k₀;  k₀ = NA/λ = 1/(2Δr),  k₁ = k₀ d/D     (cycles per metre)
//   focus  F(r) = k₀ J₁(2πk₀r)/r − k₁ J₁(2πk₁r)/r                               f = DΔr/λ
// D outer diameter, Δr outermost zone, d central stop. Attwood, Soft X-Rays and Extreme Ultraviolet Radiation (1999), section 9.4;
// Born & Wolf, Principles of Optics, 7th ed. (1999), section 8.6.2.

import { DoselapError } from "../errors.ts";

export interface ZonePlate {
  readonly diameterM: number;
  readonly outermostZoneM: number;
  /** Diameter of what blocks its middle; 0 = nothing. */
  readonly centralStopM: number;
}

/** Points per pixel and axis by which the pupil's edge is averaged: without it the edge is a staircase. */
const parts = 16;

/** The pupil on the detector, float64 [N, N], zero frequency at (N/2, N/2); each pixel holds the share of it that is lit.
 * @throws Range for a stop as wide as the plate, or an outermost zone finer than an object pixel. */
export function zonePlatePupil(
  size: number,
  pixelSizeM: number,
  { diameterM, outermostZoneM, centralStopM }: ZonePlate,
): Float64Array {
  if (!(centralStopM < diameterM)) {
    throw new DoselapError("Range", "the central stop blocks the whole zone plate", {
      key: "--central-stop",
      expected: `less than the diameter of ${diameterM} m`,
      got: `${centralStopM} m`,
    });
  }
  if (!(outermostZoneM >= pixelSizeM)) {
    throw new DoselapError("Range", "the zone plate's beam is wider than the detector", {
      key: "--outermost-zone",
      expected: `at least an object pixel, ${pixelSizeM.toPrecision(4)} m`,
      got: `${outermostZoneM} m`,
      hint: "Look at the geometry: --energy, --distance, --detector-pixel.",
    });
  }
  // One detector pixel is 1/(N · pixel) cycles per metre.
  const outer = (size * pixelSizeM) / (2 * outermostZoneM);
  const inner = (outer * centralStopM) / diameterM;
  return Float64Array.from({ length: size * size }, (_, i) =>
    litShare((i % size) - size / 2, Math.floor(i / size) - size / 2, inner, outer),
  );
}

/** Focus to spot: how far from the axis the outermost ray lands. */
export function geometricSpotRadiusM(
  { outermostZoneM }: ZonePlate,
  { wavelengthM, defocusM }: { readonly wavelengthM: number; readonly defocusM: number },
): number {
  return (Math.abs(defocusM) * wavelengthM) / (2 * outermostZoneM);
}

export function focalLengthM({ diameterM, outermostZoneM }: ZonePlate, wavelengthM: number): number {
  return (diameterM * outermostZoneM) / wavelengthM;
}

function litShare(x: number, y: number, inner: number, outer: number): number {
  const middle = Math.hypot(x, y);
  // No point of a pixel is farther than √½ from its middle.
  if (middle > outer + 0.71 || middle < inner - 0.71) return 0;
  if (middle < outer - 0.71 && middle > inner + 0.71) return 1;
  let lit = 0;
  for (let v = 0; v < parts; v++) {
    for (let u = 0; u < parts; u++) {
      const radius = Math.hypot(x + (u + 0.5) / parts - 0.5, y + (v + 0.5) / parts - 0.5);
      if (radius >= inner && radius <= outer) lit++;
    }
  }
  return lit / parts ** 2;
}
