// Projection engines: DM and RAAR keep the exit wave of every frame and share one iteration.
//   overlap:  O = Σ_j P*ψ_j / Σ_j|P|²,  P = Σ_j O_j*ψ_j / Σ_j|O_j|²
//   data:     ξ_j = 2 P·O_j − ψ_j,  ψ_j ← P·O_j + β (Π ξ_j − ξ_j)
// and in the end steps along the gradient of the likelihood, O += Σ_j P*χ_j / Σ_j|P|².
// Π puts the measured modulus on F ξ, or takes the proximal step of the Poisson likelihood, which leaves doubtful
// counts part of their way (Chang et al. 2018, doi:10.1137/17M1154035). β = 1 is the difference map with its usual
// weights; β < 1 is RAAR with the projections in this order.

import { z } from "zod";
import { bands, taskParam } from "../compute/tasks.ts";
import { peak } from "../math/stats.ts";
import type { Capabilities, EngineCore, Epoch } from "./engine.ts";
import { commonShape, usualDarkCounts } from "./options.ts";
import type { ScanRun } from "./scan-run.ts";

export const projectionShape = {
  ...commonShape,
  overlapSteps: z
    .number()
    .int()
    .positive()
    .max(20)
    .default(1)
    .describe("Object and probe solve the overlap together: alternations in each epoch."),
  overlapFloor: z
    .number()
    .gt(0)
    .max(1)
    .default(0.01)
    .describe("Floor of the overlap's denominators, as a fraction of their peak."),
} as const;

export const projectionCapabilities: Capabilities = {
  probeModes: true,
  probeUpdate: true,
  positionCorrection: false,
  floatIntensities: false,
  priors: true,
  parallel: "always",
  nearField: true,
  likelihoods: ["amplitude", "poisson"],
};

const slots = 32;
/** Share of the epochs, the last ones, that are steps along the gradient of the likelihood: waves that wander between two
 * constraints leave more noise than a fit, and a projection is biased where counts are few [ENGINE-032]. */
const settlingShare = 0.5;

export function projectionMemory() {
  return { slots, keepsWaves: true };
}

export interface ProjectionRule {
  readonly relax: number;
  readonly overlapSteps: number;
  readonly overlapFloor: number;
}

export function startProjection(run: ScanRun, rule: ProjectionRule): EngineCore {
  const { views, shape, training } = run;
  const { params } = views;
  const pixels = shape.size ** 2;
  /** 1: waves hold what the first visit gave them. A checkpoint may lie before it [ENGINE-050]. */
  const begun = new Float64Array(1);
  let settling = false;
  params[taskParam.darkCounts] = usualDarkCounts;

  function clearSums(): void {
    for (const sum of [views.objectSum, views.objectWeight, views.probeSum, views.probeWeight]) sum.fill(0);
  }

  /** Visits every frame: `relax` 0 sets ψ to P·O, otherwise one data step. */
  function visit(relax: number, sums: () => void): void {
    clearSums();
    run.batches(training, slots, (_first, count) => {
      params[taskParam.waveOfFrame] = 1;
      params[taskParam.relax] = relax;
      run.run("reflect", count);
      if (relax !== 0) run.run("overlapResidual", count);
      sums();
    });
  }

  function solveObject(): void {
    const { object, objectSum, objectWeight } = views;
    const floor = run.objectFloor(rule.overlapFloor);
    for (let i = 0; i < objectWeight.length; i++) {
      const weight = objectWeight[i]!;
      if (weight === 0) continue;
      // The sums hold what the overlap lacks, not the waves themselves: between pixels the adjoint of a bilinear patch is
      // no inverse, and waves that are averaged with it would blur the object. The floor holds back weakly lit pixels.
      const total = weight + floor;
      object[2 * i] = object[2 * i]! + objectSum[2 * i]! / total;
      object[2 * i + 1] = object[2 * i + 1]! + objectSum[2 * i + 1]! / total;
    }
  }

  function solveProbe(): void {
    const { probe, probeSum, probeWeight } = views;
    const floor = rule.overlapFloor * peak(probeWeight);
    for (let p = 0; p < probe.length; p += 2) {
      const total = probeWeight[(p / 2) % pixels]! + floor;
      probe[p] = (probeSum[p]! + floor * probe[p]!) / total;
      probe[p + 1] = (probeSum[p + 1]! + floor * probe[p + 1]!) / total;
    }
  }

  /** Sums of the kept waves with the object and probe as they are now. */
  function resum(task: "objectBand" | "probeBand"): void {
    const [sum, weight] =
      task === "objectBand" ? [views.objectSum, views.objectWeight] : [views.probeSum, views.probeWeight];
    sum.fill(0);
    weight.fill(0);
    run.batches(training, slots, (_first, count) => {
      params[taskParam.waveOfFrame] = 1;
      run.run("gather", count);
      if (task === "objectBand") {
        run.run("waveGradient", count);
        run.run("overlapResidual", count);
        run.sumObject("gradients");
      } else run.run(task, bands);
    });
  }

  /** One full step along the gradient of the likelihood; kept waves are overwritten. */
  function descend(probeActive: boolean): void {
    clearSums();
    run.batches(training, slots, (_first, count) => {
      params[taskParam.waveOfFrame] = 0;
      run.run("correct", count);
      run.sumObject();
      if (probeActive) run.run("probeBand", bands);
    });
    solveObject();
    if (!probeActive) return;
    const { probe, probeSum, probeWeight } = views;
    const floor = rule.overlapFloor * peak(probeWeight);
    for (let p = 0; p < probe.length; p++) {
      probe[p] = probe[p]! + probeSum[p]! / (probeWeight[(p >> 1) % pixels]! + floor);
    }
  }

  return {
    sweep({ probeActive, progress }: Epoch) {
      settling = progress > 1 - settlingShare;
      if (settling) {
        descend(probeActive);
        return;
      }
      if (begun[0] === 0) visit(0, () => {});
      begun[0] = 1;
      visit(rule.relax, () => run.sumObject("gradients"));
      solveObject();
      if (!probeActive) return;
      for (let k = 0; k < rule.overlapSteps; k++) {
        resum("probeBand");
        solveProbe();
        resum("objectBand");
        solveObject();
      }
    },
    arrays: { waves: views.waves, begun },
    explores: () => !settling,
  };
}
