// What a run will return: the last iterate, the mean of the late ones, or the best by held-out deviance. It is scored as
// it would be returned, so that the number belongs to the result, and the best is kept whole, positions and intensities too
// [ENGINE-052].

import { taskParam } from "../compute/tasks.ts";
import { moveFields, type Shift } from "./constraints/centre.ts";
import { matchHeldOut } from "./frame-fits.ts";
import { misfitOf } from "./misfit.ts";
import type { CommonOptions } from "./options.ts";
import type { ScanRun } from "./scan-run.ts";

export interface Outcome {
  readonly object: Float32Array;
  readonly probe: Float32Array;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly scales: Float32Array;
  readonly epoch: number;
}

export interface Tally {
  /** Held-out deviance per pixel of the start; null without held-out frames. */
  readonly startDeviance: number | null;
  /** Takes in the state after `done` epochs; returns the held-out deviance of what would be returned now. */
  count(done: number): number | null;
  /** Called after object and probe were moved by whole pixels: the mean moves with them. */
  moved(shift: Shift): void;
  /** Copies, all of one epoch. */
  result(done: number): Outcome;
  readonly arrays: { readonly [name: string]: Float32Array | Float64Array };
}

export function startTally(run: ScanRun, options: CommonOptions): Tally {
  const { views, heldOut, shape } = run;
  const { epochs, averageLast, keepBest } = options;
  const averageFrom = averageLast === 0 ? Infinity : Math.ceil((1 - averageLast) * epochs);
  const averages = averageLast > 0;
  const keeps = keepBest && heldOut.length > 0;
  const mean = averages
    ? { object: new Float32Array(views.object.length), probe: new Float32Array(views.probe.length) }
    : undefined;
  const best = keeps ? copyOf(views) : undefined;
  // Iterates in the mean; lowest deviance and its epoch.
  const memory = new Float64Array(3);
  const startDeviance = heldOut.length > 0 ? score() : null;
  memory[1] = startDeviance ?? Infinity;

  function score(): number {
    visit();
    if (options.floatIntensities === true) {
      matchHeldOut(run);
      visit();
    }
    return misfitOf(run, heldOut).deviance;
  }

  function visit(): void {
    run.batches(heldOut, shape.slots, (_first, count) => {
      views.params[taskParam.waveOfFrame] = 0;
      run.run("score", count);
    });
  }

  /** The score of the mean: it stands in for the iterate meanwhile. */
  function scoreOf(state: { object: Float32Array; probe: Float32Array }): number {
    const [object, probe] = [views.object.slice(), views.probe.slice()];
    views.object.set(state.object);
    views.probe.set(state.probe);
    const deviance = score();
    views.object.set(object);
    views.probe.set(probe);
    return deviance;
  }

  return {
    startDeviance,
    count(done) {
      if (mean !== undefined && done > averageFrom) {
        memory[0] = memory[0]! + 1;
        blend(mean.object, views.object, 1 / memory[0]);
        blend(mean.probe, views.probe, 1 / memory[0]);
      }
      if (heldOut.length === 0) return null;
      const averaged = mean !== undefined && memory[0]! > 0;
      const now = averaged ? mean : views;
      const deviance = averaged ? scoreOf(now) : score();
      if (best !== undefined && deviance < memory[1]!) {
        memory[1] = deviance;
        memory[2] = done;
        best.object.set(now.object);
        best.probe.set(now.probe);
        // A mean is scored with the positions and intensities of its last epoch.
        best.x.set(views.x);
        best.y.set(views.y);
        best.scales.set(views.scales);
      }
      return deviance;
    },
    moved(shift) {
      if (mean !== undefined) moveFields(mean, shape, shift);
    },
    result(done) {
      if (best !== undefined) return { ...copyOf(best), epoch: memory[2]! };
      const averaged = mean !== undefined && memory[0]! > 0;
      return { ...copyOf(averaged ? { ...views, ...mean } : views), epoch: done };
    },
    arrays: {
      tally: memory,
      ...(mean === undefined ? {} : { meanObject: mean.object, meanProbe: mean.probe }),
      ...(best === undefined
        ? {}
        : {
            bestObject: best.object,
            bestProbe: best.probe,
            bestX: best.x,
            bestY: best.y,
            bestScales: best.scales,
          }),
    },
  };
}

function copyOf({ object, probe, x, y, scales }: Omit<Outcome, "epoch">): Omit<Outcome, "epoch"> {
  return {
    object: object.slice(),
    probe: probe.slice(),
    x: x.slice(),
    y: y.slice(),
    scales: scales.slice(),
  };
}

/** mean += (value − mean)·fraction. */
function blend(mean: Float32Array, value: Float32Array, fraction: number): void {
  for (let i = 0; i < mean.length; i++) mean[i] = mean[i]! + (value[i]! - mean[i]!) * fraction;
}
