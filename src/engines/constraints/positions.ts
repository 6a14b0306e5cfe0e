// Scan positions corrected along the gradient of the misfit: a step Δ moves the patch by Δ·∇O_r, so that the best
// linear one is Re⟨P∇O_r, χ⟩/|P∇O_r|² (Odstrčil et al. 2018, section 2.4; doi:10.1364/OE.26.003108).
// The mean correction is removed: it is the gauge of object and probe.
// Held-out frames move with the others, by steps of their own or by the affine map of the fitted ones.

import type { ScanViews } from "../../compute/scan-memory.ts";
import { sumsPerFrame } from "../../compute/scan-memory.ts";
import type { Positions } from "../../array/scan.ts";

export interface PositionRule {
  readonly step: number;
  readonly maxDriftPx: number;
  readonly affine: boolean;
  /** Where a probe may stand: its window stays inside the object. */
  readonly limits: { readonly x: readonly [number, number]; readonly y: readonly [number, number] };
  /** Frames that are only scored: they move too, but neither map nor mean comes from them. */
  readonly heldOut?: Int32Array | undefined;
}

/** Largest move of one frame in one epoch, px: the linear model holds no further. */
const trustPx = 0.5;

/** Moves the positions of the given frames, which are fitted, in place, from the sums of the task `shiftSums`. */
export function movePositions(
  { x, y, sums }: ScanViews,
  frames: Int32Array,
  given: Positions,
  rule: PositionRule,
): void {
  const all = rule.heldOut === undefined ? frames : joined(frames, rule.heldOut);
  for (const j of all) {
    const at = j * sumsPerFrame;
    x[j] = x[j]! + rule.step * bounded(sums[at]! / sums[at + 2]!);
    y[j] = y[j]! + rule.step * bounded(sums[at + 1]! / sums[at + 3]!);
  }
  if (rule.affine) {
    fitAffine(x, given, frames, all);
    fitAffine(y, { x: given.y, y: given.x }, frames, all);
  }
  removeMean(x, given.x, frames, all);
  removeMean(y, given.y, frames, all);
  for (const j of all) {
    const [dx, dy] = [x[j]! - given.x[j]!, y[j]! - given.y[j]!];
    const drift = Math.hypot(dx, dy);
    if (drift > rule.maxDriftPx) {
      x[j] = given.x[j]! + (dx * rule.maxDriftPx) / drift;
      y[j] = given.y[j]! + (dy * rule.maxDriftPx) / drift;
    }
    // Given positions are inside: this shortens a drift and never lengthens it.
    x[j] = inside(x[j]!, rule.limits.x);
    y[j] = inside(y[j]!, rule.limits.y);
  }
}

function joined(a: Int32Array, b: Int32Array): Int32Array {
  const both = new Int32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function bounded(step: number): number {
  return Number.isFinite(step) ? clamp(step, -trustPx, trustPx) : 0;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

function inside(value: number, [low, high]: readonly [number, number]): number {
  return clamp(value, low, high);
}

function removeMean(moved: Float64Array, given: Float64Array, frames: Int32Array, all: Int32Array): void {
  let mean = 0;
  for (const j of frames) mean += (moved[j]! - given[j]!) / frames.length;
  for (const j of all) moved[j] = moved[j]! - mean;
}

/** Replaces one coordinate by its least-squares fit a + b·x + c·y of the given positions of `frames`, in all. */
function fitAffine(moved: Float64Array, given: Positions, frames: Int32Array, all: Int32Array): void {
  let [mx, my, mv] = [0, 0, 0];
  for (const j of frames) {
    mx += given.x[j]! / frames.length;
    my += given.y[j]! / frames.length;
    mv += moved[j]! / frames.length;
  }
  let [xx, xy, yy, xv, yv] = [0, 0, 0, 0, 0];
  for (const j of frames) {
    const dx = given.x[j]! - mx;
    const dy = given.y[j]! - my;
    const dv = moved[j]! - mv;
    xx += dx * dx;
    xy += dx * dy;
    yy += dy * dy;
    xv += dx * dv;
    yv += dy * dv;
  }
  const det = xx * yy - xy * xy;
  // Positions on a line fix no affine map.
  if (!(det > 1e-9 * xx * yy)) return;
  const b = (xv * yy - yv * xy) / det;
  const c = (yv * xx - xv * xy) / det;
  for (const j of all) moved[j] = mv + b * (given.x[j]! - mx) + c * (given.y[j]! - my);
}
