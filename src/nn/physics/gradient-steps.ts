// Plain gradient steps over a whole scan: the physics that a network is given, and the arm "steps" by itself.
//   O ← O + G(O)/D,  G = Σ_j S_j Σ_m P_m* F⁻¹[Ψ_m(√(n/λ) − 1)],  D = (1−a)·cov + a·max cov,  cov = Σ_j S_j Σ_m|P_m|²
// The compute kernels' amplitude gradient: the same numbers that the graph computes for one group (fields/scattering.ts).

import type { Backend } from "../../compute/backend.ts";
import { taskParam } from "../../compute/tasks.ts";
import type { ComplexImage } from "../../array/ndarray.ts";
import type { Problem } from "../../engines/problem.ts";
import { openScanRun } from "../../engines/scan-run.ts";
import { peak } from "../../math/stats.ts";

export interface GradientStepsOptions {
  readonly backend: Backend;
  /** J. */
  readonly steps: number;
  /** a, 0 … 1. */
  readonly damping: number;
  readonly memoryBudgetBytes?: number | undefined;
}

/** What whole-scan physics knows of an object. */
export interface ScanState {
  readonly object: ComplexImage;
  /** G(O)/D at that object, complex64 [H, W]. */
  readonly pull: Float32Array;
  /** cov, float32 [H, W], probe units (counts). */
  readonly light: Float32Array;
}

/** Photons per frame below which many steps fit noise. */
const enoughPhotons = 5e3;
/** What the closing shrinkage can take back of that noise, at every overlap (NN-013). */
const fewSteps = 3;

/** J for a dose: few where more fit the noise, else `most`. */
export function stepsAtDose(dosePhotons: number, most: number): number {
  return dosePhotons >= enoughPhotons ? most : Math.min(fewSteps, most);
}

/** Frames in flight: enough that threads have work, few enough to stay in cache. */
const slots = 32;

/** J steps from the problem's start object (flat when it has none), and the pull that is left there.
 * @throws Contract, Range, Shape for what cannot be reconstructed. */
export function gradientSteps(problem: Problem, options: GradientStepsOptions): ScanState {
  const { backend, steps, damping, memoryBudgetBytes } = options;
  const run = openScanRun(problem, {
    backend,
    seed: 0,
    slots,
    keepsWaves: false,
    heldOut: new Int32Array(),
    memoryBudgetBytes,
  });
  try {
    const { views, training } = run;
    const { object, objectSum, objectWeight, params } = views;
    const divisor = new Float32Array(objectWeight.length);

    function differentiate(): void {
      objectSum.fill(0);
      objectWeight.fill(0);
      run.batches(training, slots, (_first, count) => {
        params[taskParam.waveOfFrame] = 0;
        run.run("correct", count);
        run.sumObject();
      });
      const largest = peak(objectWeight);
      for (let p = 0; p < divisor.length; p++) {
        divisor[p] = Math.max((1 - damping) * objectWeight[p]! + damping * largest, 1e-12 * largest);
      }
    }

    for (let j = 0; j < steps; j++) {
      differentiate();
      for (let i = 0; i < object.length; i++) object[i] = object[i]! + objectSum[i]! / divisor[i >> 1]!;
    }
    differentiate();
    return {
      object: { height: problem.objectHeight, width: problem.objectWidth, data: object.slice() },
      pull: Float32Array.from(objectSum, (sum, i) => sum / divisor[i >> 1]!),
      light: Float32Array.from(objectWeight),
    };
  } finally {
    run.session.dispose();
  }
}
