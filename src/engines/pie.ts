// The PIE family: ePIE, rPIE and mPIE share one sweep.
//   χ = F⁻¹[(f−1)F(P·O_r)]
//   O_r += γ Σ_m P_m*χ_m / ((1−α)|P|² + α max|P|²)      P_m += γ' O_r*χ_m / ((1−β)|O_r|² + β max|O_r|²)
// One frame at a time, in an order shuffled every epoch; or in batches, where the sums over the batch take the place of
// the single products and threads share the frames.
// Momentum (mPIE): after every T visits, by momentum.ts.
// ePIE: Maiden & Rodenburg 2009, doi:10.1016/j.ultramic.2009.05.012. rPIE, mPIE: Maiden, Johnson & Li 2017,
// doi:10.1364/OPTICA.4.000736.

import { z } from "zod";
import { pieParam } from "../compute/scan-kernels.ts";
import type { ScanViews } from "../compute/scan-memory.ts";
import { bands, taskParam } from "../compute/tasks.ts";
import { createRng, shuffle } from "../math/random/rng.ts";
import { peakOf, powerOf, probePriorWeight } from "./constraints/probe.ts";
import type { Capabilities, EngineCore, Epoch } from "./engine.ts";
import { startMomentum } from "./momentum.ts";
import { commonShape, gaugeShape, gradientShape, scheduleShape } from "./options.ts";
import type { ScanRun } from "./scan-run.ts";

/** Options of the whole family. */
export const pieShape = {
  ...commonShape,
  ...gradientShape,
  ...scheduleShape,
  ...gaugeShape,
  objectStep: z.number().gt(0).max(2).default(1).describe("γ: object step in the first epoch."),
  probeStep: z.number().min(0).max(2).default(0.5).describe("γ': probe step in the first epoch."),
  batchSize: z
    .number()
    .int()
    .positive()
    .max(4096)
    .default(1)
    .describe("Frames updated together; 1 = one after the other, as published."),
} as const;

export const pieCapabilities: Capabilities = {
  probeModes: true,
  probeUpdate: true,
  positionCorrection: true,
  floatIntensities: true,
  priors: true,
  parallel: "with a batch",
  nearField: true,
  likelihoods: ["amplitude", "poisson"],
};

/** Frames in flight when an epoch needs them all once (positions, held-out frames), not only one by one. */
const sideSlots = 16;

export function pieMemory({ batchSize }: { batchSize: number }) {
  return { slots: Math.max(batchSize, sideSlots), keepsWaves: false };
}

export interface PieRule {
  readonly alpha: number;
  readonly beta: number;
  readonly objectStep: number;
  readonly probeStep: number;
  readonly batchSize: number;
  readonly probeError: number | null;
  readonly momentum?: { readonly friction: number; readonly visits: number } | undefined;
}

export function startPie(run: ScanRun, rule: PieRule): EngineCore {
  const { views, shape, session, training } = run;
  const { kernels } = session;
  const { params } = views;
  const order = training.slice();
  const pixels = shape.size ** 2;
  const velocity = rule.momentum === undefined ? undefined : startMomentum(run, rule.momentum.friction);
  const { alpha, beta, batchSize } = rule;
  const probeStepOf = probeStepBeside(views, pixels, rule);

  function oneByOne(first: number, count: number): void {
    for (let k = first; k < first + count; k++) {
      const frame = order[k]!;
      kernels.pie(views.places[frame]!, frame, views.x[frame]!, views.y[frame]!);
      if (rule.momentum !== undefined && (k + 1) % rule.momentum.visits === 0) velocity?.push();
    }
  }

  function together(count: number, objectStep: number, probeStep: number): void {
    params[taskParam.waveOfFrame] = 0;
    run.run("correct", count);
    run.lightObject("waves");
    if (probeStep > 0) run.run("probeBand", bands);
    params[taskParam.keep] = 1 - alpha;
    params[taskParam.floor] = run.objectFloor(alpha);
    params[taskParam.step] = objectStep;
    run.run("objectApply", bands);
    if (probeStep > 0) kernels.applyProbe(probeStep, 1 - beta, beta);
    velocity?.push();
  }

  return {
    sweep(epoch: Epoch) {
      order.set(training);
      shuffle(order, createRng(run.seed, "engine", { frame: epoch.index }));
      const objectStep = rule.objectStep * epoch.shrink;
      const probeStep = epoch.probeActive ? probeStepOf(epoch) : 0;
      velocity?.begin();
      if (batchSize > 1) {
        views.objectSum.fill(0);
        views.objectWeight.fill(0);
        views.probeSum.fill(0);
        views.probeWeight.fill(0);
        run.batches(order, batchSize, (_first, count) => together(count, objectStep, probeStep));
        return;
      }
      params[pieParam.alpha] = alpha;
      params[pieParam.beta] = beta;
      params[pieParam.objectStep] = objectStep;
      params[pieParam.probeStep] = probeStep;
      params[pieParam.probePeak] = peakOf(views.probe, pixels);
      run.configure();
      run.batches(order, order.length, oneByOne);
    },
    arrays: velocity?.arrays ?? {},
    // Momentum stretches every step by 1/(1 − η).
    priorGain: (visits) =>
      (rule.objectStep * stepsOfEpoch(visits, batchSize, training.length)) /
      (1 - (rule.momentum?.friction ?? 0)),
    // Every batch moves the whole probe, one frame as far as many.
    probeGain: (epoch) => (probeStepOf(epoch) * training.length) / batchSize,
    moved: (shift) => velocity?.moved(shift),
  };
}

/** The probe's step in an epoch, shortened by its prior: a batch that tells less than the start probe does moves it by its
 * share alone, else the noise of the last frames would be the probe [ENGINE-034]. A frame tells as much as light passes, and less
 * beside an object whose noise momentum stretches. */
function probeStepBeside(
  { probe, object }: Pick<ScanViews, "probe" | "object">,
  pixels: number,
  { probeStep, probeError, batchSize, momentum }: PieRule,
): (epoch: Epoch) => number {
  const kappa = probePriorWeight(powerOf(probe), pixels, probeError);
  const told = (batchSize * (1 - (momentum?.friction ?? 0)) * powerOf(object)) / (object.length / 2);
  return ({ shrink }) => (probeStep * shrink * told) / (told + kappa);
}

/** Steps in an epoch at a pixel with that many visits, when frames of one batch share a step. */
export function stepsOfEpoch(visits: number, batchSize: number, frames: number): number {
  const together = 1 + (Math.min(batchSize, frames) - 1) * Math.min(1, visits / frames);
  return Math.max(1, visits / together);
}
