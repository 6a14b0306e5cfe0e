// ML: maximum likelihood over all frames at once by L-BFGS.
//   minimise ¼ Σ(λ − n ln λ) (poisson) or ½ Σ(√λ−√n)² (amplitude), + w·R(O) of a prior
// Gradients are −Σ_j P*χ_j + w∇R and −Σ_j O_j*χ_j. The inverse Hessian starts as diag(1/(Σ|P|² + δ), 1/(Σ|O|² + δ)): the
// illumination, so that object and probe are on one scale. The step along a direction d is Newton's,
// −⟨∇L, d⟩ / ⟨d, J d⟩ with the Fisher curvature J, from one more propagation of d; J is larger where the model is far darker than
// its photons [ENGINE-059].
// Thibault & Guizar-Sicairos 2012, doi:10.1088/1367-2630/14/6/063004; Nocedal 1980, doi:10.1090/S0025-5718-1980-0572855-7.

import { z } from "zod";
import { sumsPerFrame } from "../compute/scan-memory.ts";
import { bands, taskParam } from "../compute/tasks.ts";
import { peak } from "../math/stats.ts";
import { defineEngine, type EngineCore, type Epoch } from "./engine.ts";
import { powerOf, probePriorWeight } from "./constraints/probe.ts";
import { createPrior } from "./constraints/prior.ts";
import { createLbfgs } from "./lbfgs.ts";
import { commonShape, gradientShape } from "./options.ts";
import { pieCapabilities } from "./pie.ts";
import type { ScanRun } from "./scan-run.ts";

const options = z.strictObject({
  ...commonShape,
  ...gradientShape,
  probeStartEpoch: commonShape.probeStartEpoch.default(5),
  memory: z
    .number()
    .int()
    .min(1)
    .max(50)
    .default(6)
    .describe("Pairs of steps and gradient changes that L-BFGS remembers."),
  damping: z
    .number()
    .gt(0)
    .max(1)
    .default(0.05)
    .describe("δ: floor of the preconditioner, as a fraction of the illumination's peak."),
});
type Options = z.infer<typeof options>;

const slots = 32;

export const ml = defineEngine<Options>({
  name: "ml",
  title: "ML",
  summary: "maximum likelihood by L-BFGS over all frames: the most exact end of a chain",
  options,
  cites: ["10.1088/1367-2630/14/6/063004", "10.1090/S0025-5718-1980-0572855-7"],
  capabilities: { ...pieCapabilities, parallel: "always" },
  // L-BFGS has its pairs, a direction, a point and a gradient; beside it lie gradient, scale and the prior's pull.
  memory: ({ memory }) => ({ slots, keepsWaves: false, fields: 2 * memory + 6 }),
  start,
});

function start(run: ScanRun, rule: Options): EngineCore {
  const { views, shape, training } = run;
  const { params, object, probe, objectSum, probeSum, objectWeight, probeWeight, objectStep, probeStep } =
    views;
  const pixels = shape.size ** 2;
  const lbfgs = createLbfgs(object.length + probe.length, rule.memory);
  const gradient = new Float32Array(object.length + probe.length);
  const scale = new Float32Array(gradient.length);
  const pull = new Float32Array(rule.prior === "none" ? 0 : object.length);
  const weight = rule.prior !== "none" && typeof rule.priorWeight === "number" ? rule.priorWeight : 0;
  const prior =
    rule.prior === "none" ? undefined : createPrior(rule.prior, shape.objectHeight, shape.objectWidth);
  /** What the kernels' slope and curvature are of this objective's. */
  const share = rule.likelihood === "poisson" ? 1 / 4 : 1 / 2;
  const startProbe = probe.slice();
  const kappa = probePriorWeight(powerOf(probe), pixels, rule.probeError);
  /** 1: the epoch before moved the probe. In a checkpoint, or a resumed run would forget its pairs once more [ENGINE-050]. */
  const movedProbe = new Float64Array(1);

  /** Gradient of L and the preconditioner at the object and probe as they are. */
  function differentiate(probeActive: boolean): void {
    for (const sum of [objectSum, objectWeight, probeSum, probeWeight]) sum.fill(0);
    run.batches(training, slots, (_first, count) => {
      params[taskParam.waveOfFrame] = 0;
      run.run("correct", count);
      run.sumObject();
      if (probeActive) run.run("probeBand", bands);
    });
    for (let i = 0; i < object.length; i++) gradient[i] = -objectSum[i]!;
    if (prior !== undefined) {
      prior.refresh(object);
      prior.addGradient(object, weight, gradient);
    }
    precondition(objectWeight, 0, object.length, weight);
    if (probeActive) {
      for (let p = 0; p < probe.length; p++) {
        gradient[object.length + p] = kappa * (probe[p]! - startProbe[p]!) - probeSum[p]!;
      }
      for (let m = 0; m < shape.modes; m++) {
        precondition(probeWeight, object.length + 2 * m * pixels, 2 * pixels);
      }
    } else {
      gradient.fill(0, object.length);
      scale.fill(0, object.length);
    }
  }

  function precondition(light: Float32Array, at: number, length: number, priorWeight = 0): void {
    const floor = rule.damping * peak(light) + priorWeight;
    for (let i = 0; i < length; i++) scale[at + i] = 1 / (light[i >> 1]! + floor);
  }

  /** Newton's step along (objectStep, probeStep). */
  function lineStep(): number {
    let [slope, curvature] = [0, 0];
    run.batches(training, slots, (_first, count) => run.run("curve", count));
    for (const j of training) {
      slope += views.sums[j * sumsPerFrame]!;
      curvature += views.sums[j * sumsPerFrame + 1]!;
    }
    let [down, bend] = [share * slope, share * curvature];
    if (prior !== undefined) {
      pull.fill(0);
      prior.addGradient(object, weight, pull);
      for (let i = 0; i < object.length; i++) down += pull[i]! * objectStep[i]!;
      bend += weight * prior.curvature(objectStep);
    }
    for (let p = 0; p < probe.length; p++) {
      down += kappa * (probe[p]! - startProbe[p]!) * probeStep[p]!;
      bend += kappa * probeStep[p]! ** 2;
    }
    return bend > 0 && down < 0 ? -down / bend : 0;
  }

  return {
    sweep({ probeActive }: Epoch) {
      if (Number(probeActive) !== movedProbe[0]) lbfgs.forget();
      movedProbe[0] = Number(probeActive);
      differentiate(probeActive);
      const direction = lbfgs.direction([object, probe], gradient, scale);
      objectStep.set(direction.subarray(0, object.length));
      probeStep.set(direction.subarray(object.length));
      const fitted = views.stats.slice();
      const step = lineStep();
      // The stats of the epoch are those of its start; the line search visits the same frames again.
      views.stats.set(fitted);
      if (step === 0) {
        lbfgs.forget();
        return;
      }
      for (let i = 0; i < object.length; i++) object[i] = object[i]! + step * objectStep[i]!;
      for (let p = 0; p < probe.length; p++) probe[p] = probe[p]! + step * probeStep[p]!;
    },
    arrays: { ...lbfgs.arrays, movedProbe },
    priorActs: "objective",
  };
}
