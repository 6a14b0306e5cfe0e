// What the compare stage leaves and the report reads: plain JSON, one tidy row per number.

import type { ObjectFloor } from "../floor/floor.ts";
import type { CrossingState } from "../metrics/crossing.ts";
import type { TileRings } from "./comparison/tile-rings.ts";

/** Direction of goodness travels with each metric, so that no reader has to know it (F-42). */
export interface MetricRow {
  readonly dose: number;
  /** Photons per object pixel. */
  readonly fluence: number;
  readonly view: string;
  readonly gridsize: number;
  readonly seed: number;
  readonly arm: string;
  /** What the arm was compared with. `halves`: two independently thinned halves, no reference at all. */
  readonly comparison: "truth" | "reference" | "halves";
  readonly part: "amplitude" | "phase" | "complex";
  /** A name of the registry: src/metrics/registry.ts, which also says which FRC criterion is right for which comparison. */
  readonly metric: string;
  /** null: the value does not exist (an FRC that never crosses, a constant image). */
  readonly value: number | null;
  /** What an FRC crossing's value means; null for what is no crossing. `never` and `absent` have the value null,
   * `below` has 0. */
  readonly crossing: CrossingState | null;
  readonly unit: string;
  readonly better: "higher" | "lower" | "none";
  /** Pixels that were compared. */
  readonly n: number;
}

export interface FrcCurve {
  /** Cycles per pixel. */
  readonly frequency: readonly number[];
  readonly value: readonly (number | null)[];
  /** Independent pixels in each ring: the half-bit threshold is drawn from it. Without it a ring of radius r counts πr. */
  readonly independentPixels?: readonly number[] | undefined;
}

/** One arm in one cell. */
export interface ArmOutcome {
  readonly arm: string;
  /** The external program that trained the arm's network; absent when none did. */
  readonly trainer?: string | undefined;
  readonly state: "done" | "failed" | "skipped";
  /** Why, when not done. */
  readonly reason: string | null;
  /** True for the reconstruction that others are compared with. */
  readonly isReference: boolean;
  /** Keys "amplitude" and "phase" (against truth or reference), "halves" (complex). */
  readonly frc: { readonly [part: string]: FrcCurve };
  readonly rows: readonly MetricRow[];
  readonly warnings: readonly string[];
  /** Correlation with truth or reference in each of 3 × 3 tiles, after the gauge (comparison/tiles.ts). */
  readonly tileCorrelations: readonly number[];
  /** Ring sums tile by tile, under the keys of `frc`: what the bootstrap over tiles draws from (statistics/). A part is absent
   * when the window is too small for tiles. */
  readonly tileRings: { readonly [part: string]: TileRings };
}

/** compare/<cell>/metrics.json */
export interface CellResult {
  readonly designHash: string;
  readonly dose: number;
  readonly fluence: number;
  readonly view: string;
  readonly gridsize: number;
  readonly seed: number;
  readonly replicate: number;
  readonly frames: number;
  readonly overlapAsked: number | null;
  readonly overlapMeasured: number;
  readonly stepPx: number | null;
  readonly probeDiameterPx: number;
  readonly measuredMeanCounts: number;
  /** Scan positions of the compared frames, object pixels. */
  readonly positions: { readonly x: readonly number[]; readonly y: readonly number[] };
  /** Window of the object frame the images of aligned.npz show: rows y0…y1, columns x0…x1 (end excluded). */
  readonly window: { readonly x0: number; readonly y0: number; readonly x1: number; readonly y1: number };
  readonly arms: readonly ArmOutcome[];
  /** The least noise of any unbiased estimate from these frames; null in runs that were made before it was computed. */
  readonly floor: ObjectFloor | null;
}

/** A cell of the plan without a comparison, since a job that it needs, or its own, failed. */
export interface LostCell extends Pick<
  CellResult,
  "dose" | "fluence" | "view" | "gridsize" | "seed" | "replicate" | "overlapAsked"
> {
  /** Relative POSIX folder that the comparison would have. */
  readonly path: string;
  /** What stood in the way: a job's path and its reason. */
  readonly reason: string;
  /** `done`: reconstructed, and not compared. */
  readonly arms: readonly {
    readonly arm: string;
    readonly state: "done" | "failed" | "skipped";
    /** null when done. */
    readonly reason: string | null;
  }[];
}

/** compare/metrics.json: all the study knows, and all that the report reads besides the cells' aligned.npz.
 * aligned.npz of a cell holds complex64 [h, w] `truth` (or `reference`), bool [h, w] `mask`, complex64 [h, w] per arm
 * name, and complex64 [N, N] `probe`. */
export interface StudyResult {
  readonly schemaVersion: 1;
  readonly doselapVersion: string;
  readonly designHash: string;
  readonly design: { readonly [key: string]: unknown };
  /** Metres per object pixel, when the data say so; FRC resolutions are then also given in nm. */
  readonly pixelSizeM: number | null;
  readonly cells: readonly (CellResult & {
    /** Relative POSIX folder of the cell. */ readonly path: string;
  })[];
  /** Arms whose scores no table row tells from the null arm's, per dose and view. */
  readonly indistinguishable: readonly {
    readonly dose: number;
    readonly view: string;
    readonly arm: string;
  }[];
  readonly notes: readonly string[];
  /** Comparisons and reconstructions that failed and that no cell tells of, each in one sentence. */
  readonly failures?: readonly string[] | undefined;
  /** Cells that could not be compared. Absent when there is none. */
  readonly lost?: readonly LostCell[] | undefined;
}
