// One look through all frames of a measured scan, a block at a time: the mean pattern, the brightest value of each pixel, and
// whether the values can be counts at all. What cannot is refused here, before anything is made of it.

import type { RawFrames } from "../data/measured/raw-scan.ts";
import { DoselapError } from "../errors.ts";

export interface Survey {
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  /** [height, width]. */
  readonly mean: Float64Array;
  readonly max: Float64Array;
  /** Variance over the frames, by pixel. */
  readonly variance: Float64Array;
  readonly isWhole: boolean;
  /** Smallest value above 0; Infinity when there is none. */
  readonly smallest: number;
  /** Number of values of each whole size up to {@link histogramSize}; the last bin holds all above. */
  readonly histogram: Float64Array;
  /** Values below 0, which are set to 0. */
  readonly negatives: number;
}

const histogramSize = 256;
/** Frames that are in memory at once take at most this. */
const blockBytes = 32 * 2 ** 20;

/** @throws Contract for NaN or infinite values, and for frames without any signal. Interrupted. */
export async function surveyFrames(
  file: string,
  frames: RawFrames,
  { signal, progress }: { signal?: AbortSignal | undefined; progress?: (fraction: number) => void } = {},
): Promise<Survey> {
  const { count, height, width } = frames;
  const pixels = height * width;
  const [sum, squares, max] = [new Float64Array(pixels), new Float64Array(pixels), new Float64Array(pixels)];
  const histogram = new Float64Array(histogramSize + 1);
  let [isWhole, smallest, negatives] = [true, Infinity, 0];
  const block = Math.max(1, Math.floor(blockBytes / (8 * pixels)));
  for (let first = 0; first < count; first += block) {
    if (signal?.aborted === true) throw new DoselapError("Interrupted", "stopped while the frames were read");
    const many = Math.min(block, count - first);
    const values = await frames.read(first, many);
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (!Number.isFinite(value))
        throw notFinite(file, frames, { frame: first + Math.floor(i / pixels), pixel: i % pixels, value });
      if (value < 0) negatives++;
      const counted = value < 0 ? 0 : value;
      const pixel = i % pixels;
      sum[pixel] = sum[pixel]! + counted;
      squares[pixel] = squares[pixel]! + counted * counted;
      if (counted > max[pixel]!) max[pixel] = counted;
      isWhole &&= Number.isInteger(counted);
      if (counted > 0 && counted < smallest) smallest = counted;
      histogram[Math.min(histogramSize, Math.floor(counted))]!++;
    }
    progress?.((first + many) / count);
  }
  if (max.every((value) => value === 0)) {
    throw new DoselapError("Contract", "all frames are empty", {
      file,
      key: frames.node.path,
      expected: "values above 0",
      got: `${count} frames of zeros`,
    });
  }
  const mean = sum.map((value) => value / count);
  return {
    frames: count,
    height,
    width,
    mean,
    max,
    variance: squares.map((value, i) => Math.max(0, value / count - mean[i]! ** 2)),
    isWhole,
    smallest,
    histogram,
    negatives,
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
    expected: "finite numbers",
    got: `${value} in frame ${frame}, pixel (${Math.floor(pixel / width)}, ${pixel % width})`,
    hint: "Mask these pixels where the file is written, or set them to 0.",
  });
}
