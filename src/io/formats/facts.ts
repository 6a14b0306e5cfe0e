// What a measured file states, as plain values for people and scripts, and what it leaves out.

import type { RawScan } from "../scan/raw-scan.ts";

export interface MeasuredFacts {
  readonly format: string;
  /** [M, height, width]; null for a reconstruction. */
  readonly frames: readonly [number, number, number] | null;
  readonly positions: { readonly count: number; readonly unit: "m" | "px" } | null;
  readonly wavelengthM: number | null;
  readonly distanceM: number | null;
  readonly detectorPixelM: { readonly x: number; readonly y: number } | null;
  readonly pixelSizeM: number | null;
  readonly badPixels: number | null;
  readonly conversions: readonly string[];
  /** What `prepare` will ask for, by its flags. */
  readonly missing: readonly string[];
}

export function measuredFactsOf(scan: RawScan): MeasuredFacts {
  const { frames, positions, geometry, mask } = scan;
  return {
    format: scan.format,
    frames: frames === undefined ? null : [frames.count, frames.height, frames.width],
    positions: positions === undefined ? null : { count: positions.x.length, unit: positions.unit },
    wavelengthM: geometry.wavelengthM ?? null,
    distanceM: geometry.distanceM ?? null,
    detectorPixelM: geometry.detectorPixelM ?? null,
    pixelSizeM: geometry.pixelSizeM ?? null,
    badPixels: mask === undefined ? null : mask.reduce((sum, value) => sum + value, 0),
    conversions: scan.conversions,
    missing: frames === undefined ? [] : missingOf(scan),
  };
}

/** Flags for what is needed and not stated. */
function missingOf({ positions, geometry }: RawScan): string[] {
  const { wavelengthM, distanceM, detectorPixelM, pixelSizeM, frequencyPixelPerM } = geometry;
  return [
    ...(positions === undefined ? ["--positions FILE, --map x=/path,y=/path or --scan-step"] : []),
    ...(pixelSizeM !== undefined || frequencyPixelPerM !== undefined
      ? []
      : [
          ...(wavelengthM === undefined ? ["--energy or --wavelength"] : []),
          ...(distanceM === undefined ? ["--distance"] : []),
          ...(detectorPixelM === undefined ? ["--detector-pixel"] : []),
        ]),
  ];
}
