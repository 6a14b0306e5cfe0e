// The pixels that are compared: the same rectangle for every arm, view and dose of a replicate, well inside the scan,
// and within it only pixels that the frames illuminated, beyond a guard band along the border: registration moves an image
// by up to its bound, and what enters from outside the window was not measured.

import type { Window } from "../../array/crop.ts";
import type { Positions, Probe } from "../../array/scan.ts";
import { DoselapError } from "../../errors.ts";
import { insideGuardBand } from "../../metrics/mask.ts";
import type { StudyDesign } from "../design/schema.ts";

/** Smallest side, guard band aside, that an FRC and one SSIM window need. */
const smallestSidePx = 12;

/** The guard band of a study: stated, or as wide as the largest shift that registration may apply. */
export function guardBandPx({ guardPx, registration, maxShiftPx }: StudyDesign["metrics"]): number {
  return guardPx ?? (registration ? Math.ceil(maxShiftPx) : 0);
}

/** The rectangle that every one of the scans covers with probe centres: their bounding boxes' intersection. It may be
 * too small to compare anything; see {@link checkWindow}. */
export function commonWindow(scans: readonly Positions[]): Window {
  let x0 = -Infinity;
  let y0 = -Infinity;
  let x1 = Infinity;
  let y1 = Infinity;
  for (const { x, y } of scans) {
    x0 = Math.max(x0, least(x));
    y0 = Math.max(y0, least(y));
    x1 = Math.min(x1, -least(x, -1));
    y1 = Math.min(y1, -least(y, -1));
  }
  return { x0: Math.ceil(x0), y0: Math.ceil(y0), x1: Math.floor(x1) + 1, y1: Math.floor(y1) + 1 };
}

/** @throws Shape when the window is too small for the metrics. */
export function checkWindow({ x0, y0, x1, y1 }: Window, guardPx = 2): void {
  const smallest = smallestSidePx + 2 * guardPx;
  if (x1 - x0 >= smallest && y1 - y0 >= smallest) return;
  throw new DoselapError("Shape", "the views share too small a field to compare them", {
    expected: `at least ${smallest} × ${smallest} px`,
    got: `${x1 - x0} × ${y1 - y0} px`,
    hint: "Make the object larger or the views' overlaps higher.",
  });
}

function least(values: Float64Array, sign = 1): number {
  let result = Infinity;
  for (const value of values) result = Math.min(result, sign * value);
  return result;
}

/** Illuminated pixels of the window, 1 or 0 [h, w]: those with more than a tenth of the median illumination Σ_j |P(r−r_j)|²,
 * at least `guardPx` pixels inside the border. */
export function illuminatedMask(
  window: Window,
  positions: Positions,
  probe: Probe,
  { guardPx = 0 }: { readonly guardPx?: number } = {},
): Uint8Array {
  const width = window.x1 - window.x0;
  const height = window.y1 - window.y0;
  const intensity = probeIntensity(probe);
  const dose = new Float64Array(width * height);
  const half = probe.size / 2;
  for (let j = 0; j < positions.x.length; j++) {
    const left = Math.round(positions.x[j]!) - half - window.x0;
    const top = Math.round(positions.y[j]!) - half - window.y0;
    for (let py = Math.max(0, -top); py < probe.size && top + py < height; py++) {
      const row = (top + py) * width + left;
      for (let px = Math.max(0, -left); px < probe.size && left + px < width; px++) {
        dose[row + px] = dose[row + px]! + intensity[py * probe.size + px]!;
      }
    }
  }
  const threshold = 0.1 * dose.toSorted()[dose.length >> 1]!;
  const inside = insideGuardBand({ height, width }, guardPx);
  return Uint8Array.from(dose, (value, i) => (value > threshold && inside[i] === 1 ? 1 : 0));
}

function probeIntensity({ data, size, modes }: Probe): Float64Array {
  const pixels = size * size;
  const intensity = new Float64Array(pixels);
  for (let i = 0; i < modes * pixels; i++) {
    const at = i % pixels;
    intensity[at] = intensity[at]! + data[2 * i]! ** 2 + data[2 * i + 1]! ** 2;
  }
  return intensity;
}
