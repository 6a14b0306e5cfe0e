// The Poisson likelihood about the result of a run, whatever the engine fitted: its slopes and its deviance, from one pass
// over the frames each. Fisher information is read off two slopes:  F d ≈ (∇(x) − ∇(x − εd))/ε

import { statIndex, statsPerFrame } from "../compute/scan-memory.ts";
import { bands, taskParam } from "../compute/tasks.ts";
import { usualDarkCounts } from "./options.ts";
import type { ScanRun } from "./scan-run.ts";

/** A sum over frames is a quarter of the slope of Σ(λ − n ln λ). */
export const slopeOfSum = 4;
/** Second derivatives make the allowance of a shrinkage a guess: noise has stayed below it by this factor. */
export const slack = 2;
/** Longest step along a change, as a fraction of it. */
const longestStep = 0.5;

export interface Slopes {
  /** Leaves the sums at an object, complex64 [H, W], and a probe, complex64 [K, N, N], in the object's views. */
  ofObject(object: Float32Array, probe: Float32Array): void;
  /** The same, and in the probe's views. */
  ofBoth(object: Float32Array, probe: Float32Array): void;
  /** Poisson deviance of the fitted frames as the last pass found them. */
  deviance(): number;
  /** Of each fitted frame. */
  frameDeviances(): Float64Array;
  devianceAt(object: Float32Array, probe: Float32Array): number;
}

/** Lends the run's memory to `body`. All that a run goes on with is as before when it returns. */
export function withSlopes(run: ScanRun, body: (slopes: Slopes) => void): void {
  const { views, shape, training } = run;
  const { object, probe, params, stats, objectSum, objectWeight, probeSum, probeWeight } = views;
  // Waves that an engine keeps lie where those of a gradient go.
  const waves = views.waves.subarray(0, Math.min(views.waves.length, shape.slots * probe.length));
  const sums = [objectSum, objectWeight, probeSum, probeWeight];
  const kept = [object, probe, params, stats, waves, ...sums].map((live) => ({
    live,
    was: live.slice(),
  }));

  function visit(o: Float32Array, p: Float32Array, each: (count: number) => void): void {
    object.set(o);
    probe.set(p);
    for (const sum of sums) sum.fill(0);
    run.batches(training, shape.slots, (_first, count) => each(count));
  }

  function ofObject(o: Float32Array, p: Float32Array): void {
    visit(o, p, (count) => {
      run.run("correct", count);
      run.sumObject();
    });
  }

  function ofBoth(o: Float32Array, p: Float32Array): void {
    visit(o, p, (count) => {
      run.run("correct", count);
      run.sumObject();
      run.run("probeBand", bands);
    });
  }

  const ofFrame = (j: number): number => stats[j * statsPerFrame + statIndex.deviance]!;
  const frameDeviances = (): Float64Array => Float64Array.from(training, ofFrame);

  function deviance(): number {
    let sum = 0;
    for (const j of training) sum += ofFrame(j);
    return sum;
  }

  function devianceAt(o: Float32Array, p: Float32Array): number {
    visit(o, p, (count) => run.run("score", count));
    return deviance();
  }

  try {
    params[taskParam.poisson] = 1;
    params[taskParam.darkCounts] = usualDarkCounts;
    params[taskParam.waveOfFrame] = 0;
    body({ ofObject, ofBoth, deviance, frameDeviances, devianceAt });
  } finally {
    for (const { live, was } of kept) live.set(was);
  }
}

/** Fraction of a change to step along: as far as noise in so many numbers would carry it, there the likelihood is a
 * parabola. @param bend ⟨d, F d⟩ of the whole change */
export function stepAlong(numbers: number, bend: number): number {
  return Math.min(longestStep, Math.sqrt(numbers / bend));
}
