// What an engine is given: frames, positions, a start probe, and what is known of the detector.

import type { FrameReader } from "../array/frame-reader.ts";
import type { ComplexImage } from "../array/ndarray.ts";
import type { Positions } from "../array/scan.ts";
import type { SubPixel } from "../compute/scan-memory.ts";

/** What an engine is given. Arrays are read only. */
export interface Problem {
  readonly frames: number;
  readonly size: number;
  /** √counts, float32 [M, N, N], DC at (N/2, N/2); or a reader, for scans that are larger than memory. */
  readonly diffraction: Float32Array | FrameReader;
  /** As the scan gives them. */
  readonly positions: Positions;
  /** Start probe, complex64 [modes, N, N], squared amplitude in counts. */
  readonly probe: Float32Array;
  readonly probeModes: number;
  readonly objectHeight: number;
  readonly objectWidth: number;
  /** Start object. When absent a flat one, phase 0, to engines as bright as the frames are (start-object.ts). */
  readonly object?: ComplexImage | undefined;
  /** Detector pixels that measured nothing, uint8 [N, N] laid out as a frame; not 0 = masked. */
  readonly mask?: Uint8Array | undefined;
  /** Counts at and above which a pixel is saturated: it is masked in that frame. */
  readonly saturationCounts?: number | undefined;
  /** Expected background, counts per pixel, float32 [N, N] laid out as a frame. */
  readonly background?: Float32Array | undefined;
  /** Near field: transfer function from the sample to the detector, complex64 [N, N], DC at [0, 0]; frames are then
   * images in real space. Absent: far field. */
  readonly transfer?: Float32Array | undefined;
  /** How the object is sampled between pixels, as the scan was measured or simulated; bilinear when absent. */
  readonly subPixel?: SubPixel | undefined;
  /** Start intensities of the frames, float32 [M], mean 1; all 1 when absent. */
  readonly scales?: Float32Array | undefined;
  /** Frames that are only scored. Absent: `heldOutFraction` of the frames, drawn by the seed. */
  readonly heldOut?: ArrayLike<number> | undefined;
}

/** A problem taken up where another engine left it. */
export interface ContinuedProblem extends Problem {
  /** Where that engine had moved the frames. What binds corrections (limit, mean, affine map) refers to `positions`
   * [ENGINE-064]. */
  readonly startPositions?: Positions | undefined;
}
