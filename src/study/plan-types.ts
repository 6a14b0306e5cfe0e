// What a plan holds: plain JSON, written to plan/plan.json and read by every later stage.

import type { Cell } from "./cell.ts";
import type { Window } from "../array/crop.ts";
import type { StudyDesign } from "./design/schema.ts";
import type { Estimate, PlannedJob } from "./plan-estimates.ts";

export interface PlannedView {
  readonly view: string;
  readonly gridsize: 1 | 2;
  /** null: every measured position is kept. */
  readonly overlapAsked: number | null;
  /** null when the scan is measured. */
  readonly stepPx: number | null;
  /** At nearest-neighbour distance, over the positions of the first replicate. */
  readonly predictedOverlap: number;
  readonly frames: number;
  /** Frames each split holds; both are all frames when the scan is measured. */
  readonly framesTrain: number;
  readonly framesTest: number;
  /** Frames inside the guard band. */
  readonly framesDropped: number;
  /** Share of the frames that would be left if no two probe discs were allowed to meet. */
  readonly packingBound: number;
  /** Bounding box of the positions, px². */
  readonly areaPx: number;
  /** Object area per frame, px²: dose over fluence. */
  readonly areaPerFramePx: number;
}

export interface PlannedSplit {
  readonly axis: "x" | "y";
  readonly fraction: number;
  readonly linePx: number;
  readonly guardPx: number;
  /** Largest over the views: fraction of test frames that see a pixel of the train half. */
  readonly leakage: number;
}

export interface PhotonDensity {
  /** Photons per frame. */
  readonly dose: number;
  readonly view: string;
  readonly perDetectorPx: number;
  /** The fluence. */
  readonly perObjectPx: number;
}

export interface StudyPlan {
  readonly designHash: string;
  readonly name: string;
  readonly kind: StudyDesign["kind"];
  /** By dose, then view, then replicate. */
  readonly cells: readonly Cell[];
  /** N. */
  readonly sizePx: number;
  readonly objectHeightPx: number;
  readonly objectWidthPx: number;
  readonly probeDiameterPx: number;
  readonly probeDiameterDefinition: StudyDesign["probeDiameter"];
  readonly pixelSizeM: number | null;
  readonly views: readonly PlannedView[];
  /** null when the scan is measured. */
  readonly split: PlannedSplit | null;
  /** By replicate: the rectangle of the object frame in which all views are compared. */
  readonly windows: readonly Window[];
  readonly photonsPerPx: readonly PhotonDensity[];
  readonly matrix: readonly PlannedJob[];
  readonly totals: Estimate & { readonly jobs: number };
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}
