// Whether an object with the slow phase that frames tell (slow-phase.ts) explains them better than a flat one. Strong slow phases
// are what engines find last, in small scans not at all; where fine detail moves the light instead, a slow phase is wrong, and the
// flat start better [ENGINE-068]. What is compared is the misfit beyond noise,
//   E_j = Σ ((n − λ)² − n) / (λ + 1),
// whose mean is 0 for the true λ whatever the dose.

import { referenceTransforms } from "../compute/reference-fft.ts";
import { mean, sum } from "../math/stats.ts";
import { createDiffraction } from "../optics/propagate.ts";
import { readCounts, type FrameSurvey } from "./counts.ts";
import type { Problem } from "./problem.ts";
import { slowPhaseOf, type SlowPhase } from "./slow-phase.ts";

/** Phase of a start object, rad, at a point in object pixels. */
export type PhaseAt = (x: number, y: number) => number;

/** Frames that are asked, at most. */
const framesAsked = 32;
/** Root mean square of a phase, rad, that engines find by themselves. */
const slightPhaseRad = 0.3;
/** The slow phase must leave less of the misfit than this. Of 72 scans of nine objects under three probes 46 did not gain so much;
 * a limit of 1 would have taken a phase from eight that were farther from the truth with it. */
const mostLeft = 0.85;
/** Standard errors of its mean over the frames by which the gain must exceed 0. */
const sureErrors = 3;

/** The phase of the start object; undefined where it is flat, in a near field too, which does not show slopes so.
 * @param frames that are fitted. @param amplitude of the start object. */
export function startPhase(
  problem: Problem,
  frames: Int32Array,
  survey: FrameSurvey,
  amplitude: number,
): PhaseAt | undefined {
  if (problem.transfer !== undefined) return undefined;
  const slow = slowPhaseOf(problem, frames, survey);
  if (!(slow.rms > slightPhaseRad)) return undefined;
  const phaseAt = betweenCells(slow);
  const stride = Math.ceil(frames.length / framesAsked);
  const some = frames.filter((_, i) => i % stride === 0);
  const flat = misfitBeyondNoise(problem, some, amplitude, () => 0);
  const sloped = misfitBeyondNoise(problem, some, amplitude, phaseAt);
  const gain = meanWithError(flat.map((value, i) => value - sloped[i]!));
  const isBetter = mean(sloped) < mostLeft * mean(flat);
  return isBetter && gain.mean > sureErrors * gain.error ? phaseAt : undefined;
}

/** E_j of some frames behind an object of one amplitude. The plain transform, so that the start is the same on all kernels. */
function misfitBeyondNoise(
  problem: Problem,
  frames: Int32Array,
  amplitude: number,
  phaseAt: PhaseAt,
): Float64Array {
  const { size, positions, probe, probeModes, background } = problem;
  const diffraction = createDiffraction({ size, modes: probeModes, data: probe }, referenceTransforms);
  const patch = new Float32Array(2 * size * size);
  const light = new Float64Array(size * size);
  const counts = new Float32Array(size * size);
  return Float64Array.from(frames, (j) => {
    const [left, top] = [positions.x[j]! - size / 2, positions.y[j]! - size / 2];
    for (let i = 0; i < light.length; i++) {
      const phase = phaseAt(left + (i % size), top + Math.floor(i / size));
      patch[2 * i] = amplitude * Math.cos(phase);
      patch[2 * i + 1] = amplitude * Math.sin(phase);
    }
    diffraction.intensity(patch, light);
    readCounts(problem, j, counts, false);
    const scale = problem.scales?.[j] ?? 1;
    let misfit = 0;
    for (let i = 0; i < light.length; i++) {
      const n = counts[i]!;
      if (n < 0) continue;
      const lambda = scale * light[i]! + (background?.[i] ?? 0);
      misfit += ((n - lambda) ** 2 - n) / (lambda + 1);
    }
    return misfit;
  });
}

/** Linear between the centres of cells, constant beyond the outer ones. */
function betweenCells({ phase, height, width, cellPx, topPx, leftPx }: SlowPhase): PhaseAt {
  const bounded = (at: number, count: number): number =>
    Math.min(count - 1, Math.max(0, (at + 0.5) / cellPx - 0.5));
  return (x, y) => {
    const [u, v] = [bounded(x - leftPx, width), bounded(y - topPx, height)];
    const [left, top] = [Math.floor(u), Math.floor(v)];
    const [right, bottom] = [Math.min(width - 1, left + 1), Math.min(height - 1, top + 1)];
    const along = (row: number): number =>
      (left + 1 - u) * phase[row * width + left]! + (u - left) * phase[row * width + right]!;
    return (top + 1 - v) * along(top) + (v - top) * along(bottom);
  };
}

/** One frame has no error that anybody knows. */
function meanWithError(values: Float64Array): { readonly mean: number; readonly error: number } {
  const count = values.length;
  const centre = mean(values);
  const spread = sum(values.map((value) => (value - centre) ** 2));
  return { mean: centre, error: count > 1 ? Math.sqrt(spread / (count - 1) / count) : Infinity };
}
