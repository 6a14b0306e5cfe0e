// The scans of a simulated study. Positions depend on the replicate's seed and the view's step alone: all doses, and all
// views of equal overlap, share positions and with them the noise, so that their differences are paired (F-09).

import { takePositions, type Positions } from "../array/scan.ts";
import { scanRegion } from "../optics/scan-region.ts";
import { makeScan } from "../optics/scan.ts";
import type { SimulatedDesign } from "./design/schema.ts";
import { boundingBox } from "./views/overlap-metrics.ts";
import { splitWithGuard, type Split } from "./views/split.ts";

/** What a scan is made from besides the design. */
export interface ScanGeometry {
  readonly objectHeightPx: number;
  readonly objectWidthPx: number;
  readonly stepPx: number;
}

export interface PlannedScan {
  readonly all: Positions;
  readonly train: Positions;
  readonly test: Positions;
  /** Rows of `all`; they number the frames in the noise's address. */
  readonly trainFrameNumbers: Int32Array;
  readonly testFrameNumbers: Int32Array;
  readonly split: Split;
}

/** The scan of one view and replicate over the whole object, and its two halves. The split line follows from the
 * region that can be scanned, so every view is split at the same line. */
export function scanOf(design: SimulatedDesign, geometry: ScanGeometry, replicate: number): PlannedScan {
  const { sizePx, scan } = design;
  const region = scanRegion(geometry.objectHeightPx, geometry.objectWidthPx, sizePx);
  const all = makeScan({
    kind: scan.kind,
    region,
    stepPx: geometry.stepPx,
    jitterFraction: scan.jitterFraction,
    seed: design.seeds.simulation + replicate,
  });
  const { axis, fraction } = design.split;
  const split = splitWithGuard(all, {
    axis,
    fraction,
    guardPx: guardOf(design),
    sizePx,
    extent: axis === "y" ? { from: region.y0, to: region.y1 } : { from: region.x0, to: region.x1 },
  });
  return {
    all,
    train: takePositions(all, split.train),
    test: takePositions(all, split.test),
    trainFrameNumbers: split.train,
    testFrameNumbers: split.test,
    split,
  };
}

/** Width of the guard band, px: "auto" is N. */
export function guardOf({ split, sizePx }: SimulatedDesign): number {
  return split.guardPx === "auto" ? sizePx : split.guardPx;
}

/** Object area per frame, px²: p² for a raster of pitch p, and the mean cell of any other pattern. It follows from
 * M p² = (w + p)(h + p), w and h the sides of the positions' bounding box. `alone` is the area of a single frame. */
export function areaPerFrame(positions: Positions, alone: number): number {
  const frames = positions.x.length;
  if (frames < 2) return alone;
  const { width, height } = boundingBox(positions);
  const half = (width + height) / 2;
  const pitch = (half + Math.sqrt(half ** 2 + (frames - 1) * width * height)) / (frames - 1);
  return pitch > 0 ? pitch ** 2 : alone / frames;
}
