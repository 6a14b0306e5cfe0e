// Scan patterns. For every kind `stepPx` is the mean distance to the nearest other position, so that one overlap asks
// for one step, whatever the pattern. Without `frames` the pattern fills the region; with it, it has exactly that many
// positions, in a smaller field at the region's centre. Positions are in object pixels, in the order they are visited.

import type { Positions } from "../array/scan.ts";
import { DoselapError } from "../errors.ts";
import { mean } from "../math/stats.ts";
import { nearestNeighborDistances } from "./overlap.ts";
import { makeRaster } from "./raster.ts";
import { freePatterns } from "./scan-patterns.ts";
import type { ScanRegion } from "./scan-region.ts";

export const scanKinds = ["raster", "jittered-raster", "fermat", "lissajous", "random"] as const;
export type ScanKind = (typeof scanKinds)[number];

export interface ScanOptions {
  readonly kind: ScanKind;
  readonly region: ScanRegion;
  /** Mean nearest-neighbour spacing aimed at. */
  readonly stepPx: number;
  /** Largest displacement per axis of a jittered raster, as a fraction of the raster's pitch, up to 0.5. */
  readonly jitterFraction?: number | undefined;
  readonly seed: number;
  /** Exactly this many positions; absent, the region is filled. */
  readonly frames?: number | undefined;
}

/** Scan positions of one kind. Same options, same positions.
 * @throws Range when a number is out of range or the frames asked for do not fit the region at this step. */
export function makeScan(options: ScanOptions): Positions {
  const { x0, y0, x1, y1 } = options.region;
  const { x, y } = layOut(options);
  // Rounding may put a position a grain outside: the region's centre plus half its width times a sine, the slack of a
  // raster's last node.
  const kept = (low: number, high: number) => (v: number) => Math.min(high, Math.max(low, v));
  return { x: x.map(kept(x0, x1)), y: y.map(kept(y0, y1)) };
}

function layOut(options: ScanOptions): Positions {
  const {
    kind,
    region,
    stepPx,
    seed,
    frames,
    jitterFraction = kind === "jittered-raster" ? 0.1 : 0,
  } = options;
  checkOptions(options, jitterFraction);
  switch (kind) {
    case "raster":
      return makeRaster({ region, stepPx, jitterFraction: 0, seed, frames });
    case "jittered-raster":
      return makeRaster({ region, stepPx, jitterFraction, seed, frames });
    case "fermat":
    case "lissajous":
    case "random":
      return frames === undefined
        ? fillRegion(kind, region, stepPx, seed)
        : fitFrames(kind, region, stepPx, seed, frames);
    default:
      return kind satisfies never;
  }
}

type FreeKind = keyof typeof freePatterns;

/** The number of positions whose pattern over the whole region comes nearest to the step. */
function fillRegion(kind: FreeKind, region: ScanRegion, stepPx: number, seed: number): Positions {
  const area = (region.x1 - region.x0) * (region.y1 - region.y0);
  const spacings = new Map<number, number>();
  const spacingOf = (count: number): number => {
    const spacing = count < 2 ? Infinity : meanSpacing(freePatterns[kind](region, count, seed));
    spacings.set(count, spacing);
    return spacing;
  };
  let count = Math.max(2, Math.round(area / (stepPx * stepPx)));
  // Spacing goes with 1/√count, so this settles in a few rounds, but for patterns that jump from one count to the next.
  for (let round = 0; round < 8 && !spacings.has(count); round++) {
    const factor = (spacingOf(count) / stepPx) ** 2;
    count = Math.max(1, Math.round(count * Math.min(4, Math.max(0.25, factor))));
  }
  const near = nearest(spacings, stepPx);
  for (const percent of [-8, -6, -4, -3, -2, -1, 1, 2, 3, 4, 6, 8]) {
    spacingOf(Math.max(1, Math.round(near * (1 + percent / 100))));
  }
  return freePatterns[kind](region, nearest(spacings, stepPx), seed);
}

/** The count whose spacing misses the step least. */
function nearest(spacings: ReadonlyMap<number, number>, stepPx: number): number {
  let best = 1;
  let bestMiss = Infinity;
  for (const [count, spacing] of spacings) {
    const miss = Math.abs(spacing - stepPx);
    if (miss < bestMiss) [best, bestMiss] = [count, miss];
  }
  return best;
}

/** The pattern of so many positions, shrunk about the region's centre to the step. */
function fitFrames(
  kind: FreeKind,
  region: ScanRegion,
  stepPx: number,
  seed: number,
  frames: number,
): Positions {
  const whole = freePatterns[kind](region, frames, seed);
  if (frames === 1) return whole;
  const spacing = meanSpacing(whole);
  const scale = stepPx / spacing;
  // A grain of slack: a scan that fills the region exactly must not fail on rounding.
  if (!(scale <= 1 + 1e-9)) {
    throw new DoselapError("Range", `${frames} positions do not fit the region at this step`, {
      key: "frames",
      expected: `a step of at most ${spacing.toPrecision(4)} px for a ${kind} scan here`,
      got: `${stepPx.toPrecision(4)} px`,
      hint: "Ask for fewer frames, more overlap or a larger object.",
    });
  }
  const factor = Math.min(1, scale);
  const cx = (region.x0 + region.x1) / 2;
  const cy = (region.y0 + region.y1) / 2;
  return { x: whole.x.map((x) => cx + factor * (x - cx)), y: whole.y.map((y) => cy + factor * (y - cy)) };
}

function meanSpacing(positions: Positions): number {
  return mean(nearestNeighborDistances(positions));
}

function checkOptions({ region, stepPx, frames }: ScanOptions, jitterFraction: number): void {
  const fail = (key: string, expected: string, got: unknown): never => {
    throw new DoselapError("Range", "the scan cannot be made", { key, expected, got: String(got) });
  };
  const { x0, y0, x1, y1 } = region;
  if (!(x1 >= x0 && y1 >= y0 && Number.isFinite(x1 - x0 + y1 - y0))) {
    fail("region", "bounds with x0 <= x1 and y0 <= y1", `x ${x0}…${x1}, y ${y0}…${y1}`);
  }
  if (!(stepPx > 0 && stepPx < Infinity)) fail("stepPx", "pixels above 0", stepPx);
  if (!(jitterFraction >= 0 && jitterFraction <= 0.5))
    fail("jitterFraction", "a number in [0, 0.5]", jitterFraction);
  if (frames !== undefined && !(Number.isInteger(frames) && frames >= 1)) {
    fail("frames", "a whole number of at least 1", frames);
  }
}
