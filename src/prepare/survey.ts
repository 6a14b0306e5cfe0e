// One look through all frames of a measured scan, a block at a time: the mean pattern, the brightest value of each pixel, pixels
// that hold a marker instead of a measurement, and whether the values can be counts at all. What cannot is refused here.

import type { DType } from "../array/ndarray.ts";
import type { RawFrames } from "../io/scan/raw-scan.ts";
import { DoselapError } from "../errors.ts";
import { frameBlocks } from "./frame-blocks.ts";
import { toLight, type Correction } from "./light.ts";

export interface Survey {
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  /** Of the light, [height, width]. */
  readonly mean: Float64Array;
  /** Over the frames, of the light, by pixel. */
  readonly variance: Float64Array;
  /** Largest value as recorded, before dark and flat, by pixel. */
  readonly max: Float64Array;
  /** In how many frames, by pixel. */
  readonly atMax: Uint32Array;
  /** uint8 [height, width], 1 = a marker, not a measurement: the largest number of an integer type in any frame, a negative
   * integer or NaN in all of them. These pixels take part in nothing else. */
  readonly unmeasured: Uint8Array;
  readonly isWhole: boolean;
  /** Smallest value above 0; Infinity when there is none. */
  readonly smallest: number;
  /** Number of values of each whole size from 0 on; the last bin holds all above. */
  readonly histogram: Float64Array;
  /** Values below 0. */
  readonly negatives: number;
}

export interface SurveyOptions {
  readonly correction?: Correction | undefined;
  /** uint8 [height, width], not 0 = known to be bad: its values may be anything. */
  readonly bad?: Uint8Array | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((fraction: number) => void) | undefined;
}

/** Wide enough to see steps of some hundred units per photon. */
const histogramSize = 4096;
/** Detectors mark gaps and dead pixels by the largest number of their type. */
const markers: { readonly [dtype in DType]?: number } = {
  uint8: 2 ** 8 - 1,
  uint16: 2 ** 16 - 1,
  uint32: 2 ** 32 - 1,
  int32: 2 ** 31 - 1,
};

/** @throws Contract for values that are not finite in some frames of a pixel, and for frames without any signal. Interrupted. */
export async function surveyFrames(
  file: string,
  frames: RawFrames,
  { correction = {}, bad, signal, progress }: SurveyOptions = {},
): Promise<Survey> {
  const { count, height, width, node } = frames;
  const pixels = height * width;
  const [sum, squares] = [new Float64Array(pixels), new Float64Array(pixels)];
  const max = new Float64Array(pixels).fill(-Infinity);
  const [atMax, lost, below, unmeasured] = [
    new Uint32Array(pixels),
    new Uint32Array(pixels),
    new Uint32Array(pixels),
    new Uint8Array(pixels),
  ];
  const marker = node.dtype === undefined ? undefined : markers[node.dtype];
  const histogram = new Float64Array(histogramSize + 1);
  let [isWhole, smallest] = [true, Infinity];
  let firstLost: { readonly frame: number; readonly pixel: number; readonly value: number } | undefined;
  const doing = "the frames were read";
  for await (const { first, values } of frameBlocks(frames, { signal, progress, doing })) {
    for (let i = 0, pixel = 0; i < values.length; i++, pixel = pixel + 1 === pixels ? 0 : pixel + 1) {
      if (values[i]! > max[pixel]!) {
        max[pixel] = values[i]!;
        atMax[pixel] = 1;
      } else if (values[i] === max[pixel]) atMax[pixel] = atMax[pixel]! + 1;
      if (values[i] === marker) unmeasured[pixel] = 1;
    }
    toLight(values, pixels, correction);
    for (let i = 0, pixel = 0; i < values.length; i++, pixel = pixel + 1 === pixels ? 0 : pixel + 1) {
      if (unmeasured[pixel] !== 0 || (bad !== undefined && bad[pixel] !== 0)) continue;
      const value = values[i]!;
      if (!Number.isFinite(value)) {
        lost[pixel] = lost[pixel]! + 1;
        firstLost ??= { frame: first + Math.floor(i / pixels), pixel, value };
        continue;
      }
      if (value < 0) below[pixel] = below[pixel]! + 1;
      const counted = value < 0 ? 0 : value;
      sum[pixel] = sum[pixel]! + counted;
      squares[pixel] = squares[pixel]! + counted * counted;
      isWhole &&= Number.isInteger(counted);
      if (counted > 0 && counted < smallest) smallest = counted;
      histogram[Math.min(histogramSize, Math.floor(counted))]!++;
    }
  }
  const isInteger = node.dtype?.includes("int") === true;
  for (let i = 0; i < pixels; i++) {
    if (lost[i] === count || (isInteger && max[i]! < 0)) unmeasured[i] = 1;
    if (unmeasured[i] !== 0) sum[i] = squares[i] = 0;
    else if (lost[i] !== 0 && firstLost !== undefined) throw notFinite(file, frames, firstLost);
  }
  if (!sum.some((value) => value > 0)) {
    throw new DoselapError("Contract", "all frames are empty", {
      file,
      key: node.path,
      expected: "values above 0 in pixels that measure",
      got: `${count} frames of zeros`,
    });
  }
  const mean = sum.map((value) => value / count);
  return {
    frames: count,
    height,
    width,
    mean,
    variance: squares.map((value, i) => Math.max(0, value / count - mean[i]! ** 2)),
    max,
    atMax,
    unmeasured,
    isWhole,
    smallest,
    histogram,
    negatives: below.reduce((total, value, i) => total + (unmeasured[i] === 0 ? value : 0), 0),
  };
}

function notFinite(
  file: string,
  { node, width }: RawFrames,
  { frame, pixel, value }: { frame: number; pixel: number; value: number },
): DoselapError {
  return new DoselapError("Contract", "has values that are no counts", {
    file,
    key: node.path,
    expected: "finite numbers, or none in all frames of a pixel",
    got: `${value} in frame ${frame}, pixel (${Math.floor(pixel / width)}, ${pixel % width})`,
    hint: "State these pixels with --mask.",
  });
}
