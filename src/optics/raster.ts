// Raster scans, plain and jittered: rows from top to bottom, each from left to right.
// Jitter shortens the mean distance to the nearest neighbour, so the pitch is widened until that distance is the step.
// Each node's displacement hangs on its row and column alone.

import type { Positions } from "../array/scan.ts";
import { DoselapError } from "../errors.ts";
import { createRng } from "../math/random/rng.ts";
import { mean } from "../math/stats.ts";
import { nearestNeighborDistances } from "./overlap.ts";
import type { ScanRegion } from "./scan-region.ts";

export interface RasterOptions {
  readonly region: ScanRegion;
  readonly stepPx: number;
  /** Largest displacement per axis, as a fraction of the pitch. */
  readonly jitterFraction: number;
  readonly seed: number;
  readonly frames: number | undefined;
}

/** A raster centred in its region. @throws Range when `frames` nodes do not fit. */
export function makeRaster({ region, stepPx, jitterFraction, seed, frames }: RasterOptions): Positions {
  const lay = (pitch: number): Positions => {
    const grid = gridOf(region, pitch, jitterFraction, frames);
    return placeNodes(region, grid, pitch, jitterFraction, seed);
  };
  if (jitterFraction === 0) return lay(stepPx);
  let pitch = stepPx;
  let best = lay(pitch);
  let bestMiss = Infinity;
  // The mean distance is proportional to the pitch but for the few nodes that come or go at the edge.
  for (let round = 0; round < 8; round++) {
    const positions = lay(pitch);
    if (positions.x.length < 2) return positions;
    const ratio = mean(nearestNeighborDistances(positions)) / stepPx;
    if (Math.abs(ratio - 1) < bestMiss) {
      bestMiss = Math.abs(ratio - 1);
      best = positions;
    }
    if (bestMiss < 1e-6) break;
    pitch /= ratio;
  }
  return best;
}

interface Grid {
  readonly columns: number;
  readonly nodes: number;
  readonly rows: number;
}

function gridOf(
  { x0, y0, x1, y1 }: ScanRegion,
  pitch: number,
  jitter: number,
  frames: number | undefined,
): Grid {
  const most = (extent: number): number =>
    // A grain of slack, so that a region of whole steps keeps its last node.
    Math.max(1, Math.floor(extent / pitch - 2 * jitter + 1e-9) + 1);
  const fitColumns = most(x1 - x0);
  const fitRows = most(y1 - y0);
  if (frames === undefined) return { columns: fitColumns, rows: fitRows, nodes: fitColumns * fitRows };
  if (frames > fitColumns * fitRows) {
    throw new DoselapError("Range", `${frames} positions do not fit the region at this step`, {
      key: "frames",
      expected: `at most ${fitColumns * fitRows} at a pitch of ${pitch.toPrecision(4)} px`,
      got: String(frames),
      hint: "Ask for fewer frames, more overlap or a larger object.",
    });
  }
  // As near to the region's proportions as whole rows and columns allow; the last row may be short.
  const wanted = Math.round(Math.sqrt((frames * fitColumns) / fitRows));
  const columns = Math.min(fitColumns, Math.max(wanted, Math.ceil(frames / fitRows), 1));
  return { columns, rows: Math.ceil(frames / columns), nodes: frames };
}

function placeNodes(
  { x0, y0, x1, y1 }: ScanRegion,
  { columns, rows, nodes }: Grid,
  pitch: number,
  jitter: number,
  seed: number,
): Positions {
  const rng = createRng(seed, "scan");
  const left = (x0 + x1 - (columns - 1) * pitch) / 2;
  const top = (y0 + y1 - (rows - 1) * pitch) / 2;
  const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
  const x = new Float64Array(nodes);
  const y = new Float64Array(nodes);
  for (let i = 0; i < nodes; i++) {
    const column = i % columns;
    const row = Math.floor(i / columns);
    rng.seek(row, column);
    const dx = jitter === 0 ? 0 : (2 * rng.uniform() - 1) * jitter * pitch;
    const dy = jitter === 0 ? 0 : (2 * rng.uniform() - 1) * jitter * pitch;
    // Only rounding, or a lone row or column in a narrow region, can reach past the bounds.
    x[i] = clamp(left + column * pitch + dx, x0, x1);
    y[i] = clamp(top + row * pitch + dy, y0, y1);
  }
  return { x, y };
}
