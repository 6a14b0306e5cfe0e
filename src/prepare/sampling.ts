// The size of an object pixel.
//   far field                λ z / (N p)     p the detector's pixel after binning
//   far field, by frequency  1 / (N q)       q the same as a spatial frequency, as electron microscopes state it
//   near field, parallel     p               z as it is
//   near field, pixel stated that pixel, M = p / pixel
//   near field, from a focus p / M,          M = (z₁ + z) / z₁, effective distance z / M (Fresnel scaling theorem,
//                                            Paganin, Coherent X-Ray Optics (2006), appendix B)
// What is missing is asked for by the flag that states it, never invented.

import type { RawGeometry } from "../io/scan/raw-scan.ts";
import { DoselapError } from "../errors.ts";

export interface Sampling {
  readonly pixelSizeM: number;
  readonly wavelengthM: number | undefined;
  /** Effective distance of a near field; undefined in the far field. */
  readonly nearFieldM: number | undefined;
  /** How it was calculated. */
  readonly why: string;
}

export interface SamplingOptions {
  /** N. */
  readonly sizePx: number;
  readonly bin: number;
  readonly nearField: boolean;
  /** Focus to sample, in a near field with a diverging beam. */
  readonly focusToSampleM?: number | undefined;
  /** What the reader of the file had to say of it: why something of the geometry was not used. */
  readonly doubts?: readonly string[] | undefined;
}

/** @throws Contract when something is missing: says the flags. */
export function samplingOf(
  file: string,
  { wavelengthM, distanceM, detectorPixelM, pixelSizeM, frequencyPixelPerM }: RawGeometry,
  { sizePx, bin, nearField, focusToSampleM, doubts }: SamplingOptions,
): Sampling {
  if (nearField) {
    const { distance, pixel, wavelength } = needed(file, { distanceM, detectorPixelM, wavelengthM }, doubts);
    const magnification =
      focusToSampleM !== undefined
        ? (focusToSampleM + distance) / focusToSampleM
        : pixelSizeM !== undefined
          ? (pixel * bin) / pixelSizeM
          : 1;
    const size = (pixel * bin) / magnification;
    return {
      pixelSizeM: size,
      wavelengthM: wavelength,
      nearFieldM: distance / magnification,
      why: `near field: detector pixel ${digits(pixel * bin)} m / magnification ${digits(magnification)} = ${digits(size)} m, effective distance ${digits(distance / magnification)} m`,
    };
  }
  if (pixelSizeM !== undefined) {
    return {
      pixelSizeM,
      wavelengthM,
      nearFieldM: undefined,
      why: `object pixel ${digits(pixelSizeM)} m as stated`,
    };
  }
  if (frequencyPixelPerM !== undefined) {
    const size = 1 / (sizePx * bin * frequencyPixelPerM);
    return {
      pixelSizeM: size,
      wavelengthM,
      nearFieldM: undefined,
      why: `far field: 1 / (${sizePx} × ${digits(frequencyPixelPerM * bin)} /m) = ${digits(size)} m`,
    };
  }
  const { distance, pixel, wavelength } = needed(file, { distanceM, detectorPixelM, wavelengthM }, doubts);
  const size = (wavelength * distance) / (sizePx * pixel * bin);
  return {
    pixelSizeM: size,
    wavelengthM: wavelength,
    nearFieldM: undefined,
    why: `far field: ${digits(wavelength)} m × ${digits(distance)} m / (${sizePx} × ${digits(pixel * bin)} m) = ${digits(size)} m`,
  };
}

function needed(
  file: string,
  { distanceM, detectorPixelM, wavelengthM }: RawGeometry,
  doubts: readonly string[] = [],
): { distance: number; pixel: number; wavelength: number } {
  const missing = [
    wavelengthM === undefined ? "--energy EV or --wavelength METRES" : undefined,
    distanceM === undefined ? "--distance METRES" : undefined,
    detectorPixelM === undefined ? "--detector-pixel METRES" : undefined,
  ].filter((flag) => flag !== undefined);
  if (
    missing.length > 0 ||
    wavelengthM === undefined ||
    distanceM === undefined ||
    detectorPixelM === undefined
  ) {
    throw new DoselapError("Contract", "does not state its whole geometry", {
      file,
      expected: "wavelength, distance and detector pixel",
      got: ["not all of them", ...doubts.filter((doubt) => doubt.includes("not used"))].join("; "),
      hint: `State ${missing.join(", ")}; or --pixel-size METRES, the size of an object pixel.`,
    });
  }
  const { x, y } = detectorPixelM;
  if (Math.abs(x / y - 1) > 1e-3) {
    throw new DoselapError("Contract", "has pixels that are not square", {
      file,
      expected: "the same size along x and y",
      got: `${x} m, ${y} m`,
      hint: "Frames must be resampled first; doselap does not.",
    });
  }
  return { distance: distanceM, pixel: x, wavelength: wavelengthM };
}

function digits(value: number): string {
  return String(Number(value.toPrecision(5)));
}
