// Whether the slow phase that frames tell (slow-phase.ts) is the object's. Strong slow phases are what engines find last, in small
// scans not at all; but fine detail moves the light too, and where it does a slow phase is wrong, and the flat start better
// [ENGINE-068]. So two objects are compared that both let pass what the counts of the frames say, one with the phase and one without.
// What the phase must explain is the misfit beyond noise,
//   E_j = Σ ((n − λ)² − n) / (n̄ + 1),   n̄: mean counts of the pixel over the frames,
// whose mean is 0 for the true λ whatever the dose, and to which pixels add by their light: over λ + 1 the few that are dark without
// detail decided, and all that spreads light was better [ENGINE-073].

import { referenceTransforms } from "../compute/reference-fft.ts";
import { mean, sum } from "../math/stats.ts";
import { createDiffraction } from "../optics/propagate.ts";
import { readCounts, type FrameSurvey } from "./counts.ts";
import type { Problem } from "./problem.ts";
import type { Grid } from "./slow-grid.ts";
import { slowObjectOf } from "./slow-phase.ts";

/** A value at a point in object pixels. */
type At = (x: number, y: number) => number;
/** Phase of a start object, rad. */
export type PhaseAt = At;

/** Frames that are asked, at most. */
const framesAsked = 32;
/** Root mean square of a phase, rad, that engines find by themselves. */
const slightPhaseRad = 0.3;
/** The slow phase must leave less of the misfit than this. Samples that only absorb keep .85 and more of it; where a phase left .8
 * to .9 of it engines ended no nearer with it [ENGINE-073]. */
const mostLeft = 0.8;
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
  const { grid, phase, rms, transmission } = slowObjectOf(problem, frames, survey);
  if (!(rms > slightPhaseRad)) return undefined;
  const phaseAt = betweenCells(grid, phase);
  const amplitudeAt = betweenCells(
    grid,
    transmission.map((passed) => amplitude * Math.sqrt(passed)),
  );
  const stride = Math.ceil(frames.length / framesAsked);
  const some = frames.filter((_, i) => i % stride === 0);
  const { flat, sloped } = misfitsBeyondNoise(problem, some, survey, { amplitudeAt, phaseAt });
  const gain = meanWithError(flat.map((value, i) => value - sloped[i]!));
  const isBetter = mean(sloped) < mostLeft * mean(flat);
  return isBetter && gain.mean > sureErrors * gain.error ? phaseAt : undefined;
}

/** E_j of some frames behind an object without the phase and with it. The plain transform, so that the start is the same on all
 * kernels. */
function misfitsBeyondNoise(
  problem: Problem,
  frames: Int32Array,
  { meanCounts }: FrameSurvey,
  { amplitudeAt, phaseAt }: { readonly amplitudeAt: At; readonly phaseAt: PhaseAt },
): { readonly flat: Float64Array; readonly sloped: Float64Array } {
  const { size, positions, probe, probeModes, background } = problem;
  const diffraction = createDiffraction({ size, modes: probeModes, data: probe }, referenceTransforms);
  const [level, bent] = [new Float32Array(2 * size * size), new Float32Array(2 * size * size)];
  const light = new Float64Array(size * size);
  const counts = new Float32Array(size * size);

  function misfitOf(patch: Float32Array, scale: number): number {
    diffraction.intensity(patch, light);
    let misfit = 0;
    for (let i = 0; i < light.length; i++) {
      const n = counts[i]!;
      if (n < 0) continue;
      const lambda = scale * light[i]! + (background?.[i] ?? 0);
      misfit += ((n - lambda) ** 2 - n) / (meanCounts[i]! + 1);
    }
    return misfit;
  }

  const [flat, sloped] = [new Float64Array(frames.length), new Float64Array(frames.length)];
  for (const [k, j] of frames.entries()) {
    const [left, top] = [positions.x[j]! - size / 2, positions.y[j]! - size / 2];
    for (let i = 0; i < light.length; i++) {
      const [x, y] = [left + (i % size), top + Math.floor(i / size)];
      const [amplitude, phase] = [amplitudeAt(x, y), phaseAt(x, y)];
      level[2 * i] = amplitude;
      bent[2 * i] = amplitude * Math.cos(phase);
      bent[2 * i + 1] = amplitude * Math.sin(phase);
    }
    readCounts(problem, j, counts, false);
    const scale = problem.scales?.[j] ?? 1;
    flat[k] = misfitOf(level, scale);
    sloped[k] = misfitOf(bent, scale);
  }
  return { flat, sloped };
}

/** Linear between the centres of cells, constant beyond the outer ones. */
function betweenCells({ height, width, cellPx, topPx, leftPx }: Grid, values: Float64Array): At {
  const bounded = (at: number, count: number): number =>
    Math.min(count - 1, Math.max(0, (at + 0.5) / cellPx - 0.5));
  return (x, y) => {
    const [u, v] = [bounded(x - leftPx, width), bounded(y - topPx, height)];
    const [left, top] = [Math.floor(u), Math.floor(v)];
    const [right, bottom] = [Math.min(width - 1, left + 1), Math.min(height - 1, top + 1)];
    const along = (row: number): number =>
      (left + 1 - u) * values[row * width + left]! + (u - left) * values[row * width + right]!;
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
