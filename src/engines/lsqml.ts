// LSQ-ML: least-squares maximum likelihood. For each batch the wanted change of the exit waves χ_j gives directions
//   ΔO = Σ_j P*χ_j / (Σ_j|P|² + δ),  ΔP = Σ_j O_j*χ_j / (Σ_j|O_j|² + δ)
// and the steps (a, b) that bring a·PΔO_j + b·ΔP O_j nearest to χ_j solve
//   [ Σ|PΔO|²  Re Σ(PΔO)*(ΔP O) ; …  Σ|ΔP O|² ] (a, b) = ( Re Σ(PΔO)*χ, Re Σ(ΔP O)*χ )
// a *real* symmetric system: a and b are real, so the real part of the off-diagonal term is what stands in it.
// Over the epochs the object has momentum (momentum.ts): what one epoch cannot finish, such as the phase between large parts of
// the object, takes longer steps [ENGINE-069].
// Odstrčil, Menzel & Guizar-Sicairos 2018, equations 16–26, doi:10.1364/OE.26.003108.

import { z } from "zod";
import { sumsPerFrame } from "../compute/scan-memory.ts";
import { bands, taskParam } from "../compute/tasks.ts";
import { createRng, shuffle } from "../math/random/rng.ts";
import { photonsPerPixel } from "./constraints/prior-weight.ts";
import { defineEngine, type EngineCore, type Epoch } from "./engine.ts";
import { startMomentum } from "./momentum.ts";
import { commonShape, gaugeShape, gradientShape, scheduleShape, usualBatchSize } from "./options.ts";
import { pieCapabilities, stepsOfEpoch } from "./pie.ts";
import type { ScanRun } from "./scan-run.ts";

const options = z.strictObject({
  ...commonShape,
  ...gradientShape,
  ...scheduleShape,
  ...gaugeShape,
  batchSize: z
    .number()
    .int()
    .positive()
    .max(4096)
    .nullable()
    .default(null)
    .describe(
      "Frames that share a direction. null = 32; neither size given: 8 in a scan of under 100 frames and at least 300 photons per object pixel.",
    ),
  startBatchSize: z
    .number()
    .int()
    .positive()
    .max(4096)
    .nullable()
    .default(null)
    .describe(
      "The same in the first third of the epochs, where it is less than batchSize. null = 16, or 2 in the scans told there.",
    ),
  stepRule: z
    .enum(["batch", "position"])
    .default("batch")
    .describe("batch: one pair of steps for the batch; position: the mean of the steps of its frames."),
  objectStep: z
    .number()
    .gt(0)
    .max(2)
    .default(1)
    .describe("Fraction of the optimal object step that is taken."),
  probeStep: z
    .number()
    .min(0)
    .max(2)
    .default(1)
    .describe("Fraction of the optimal probe step that is taken."),
  friction: z
    .number()
    .min(0)
    .lt(1)
    .default(0.85)
    .describe(
      "η: how much of the motion of the epochs before the object keeps, in the first two thirds of them; 0 = none.",
    ),
  damping: z
    .number()
    .gt(0)
    .max(1)
    .default(0.3)
    .describe("δ: floor of the denominators, as a fraction of their peak."),
});
type Options = z.infer<typeof options>;

interface BatchSizes {
  readonly startBatchSize: number;
  readonly batchSize: number;
}

const usualSizes: BatchSizes = { startBatchSize: 16, batchSize: usualBatchSize };
/** For scans that are few frames, two to four steps an epoch else, and bright, without noise to average [ENGINE-065]. */
const fewBrightSizes: BatchSizes = { startBatchSize: 2, batchSize: 8 };
const manyFrames = 100;
/** Part of the epochs in which the object has momentum; the rest lets the noise settle that momentum stretches. */
const movingPart = 2 / 3;
const brightPhotonsPerPx = 300;

function sizesFor({ startBatchSize, batchSize }: Options, run: ScanRun): BatchSizes {
  const given = startBatchSize !== null || batchSize !== null;
  // Held-out frames count: a fit to all frames that follows must visit them alike.
  const few = run.problem.frames < manyFrames;
  if (!given && few && photonsPerPixel(run.problem, run.survey) >= brightPhotonsPerPx) return fewBrightSizes;
  return {
    startBatchSize: startBatchSize ?? usualSizes.startBatchSize,
    batchSize: batchSize ?? usualSizes.batchSize,
  };
}

export const lsqml = defineEngine<Options>({
  name: "lsqml",
  title: "LSQ-ML",
  summary: "least-squares maximum likelihood: optimal object and probe steps for batches of frames",
  options,
  cites: ["10.1364/OE.26.003108"],
  capabilities: { ...pieCapabilities, parallel: "always" },
  // Velocity, and the object as it was.
  memory: ({ batchSize, friction }) => ({
    slots: batchSize ?? usualBatchSize,
    keepsWaves: false,
    fields: friction > 0 ? 2 : 0,
  }),
  start,
});

function start(run: ScanRun, rule: Options): EngineCore {
  const { views, training } = run;
  const { kernels } = run.session;
  const { params } = views;
  const order = training.slice();
  const { startBatchSize, batchSize } = sizesFor(rule, run);
  /** Σ|ΔP|²·weight and Re Σ ΔP*·sum: see batch-kernels.ts. */
  const probeSums = new Float64Array(2);
  const momentum = rule.friction > 0 ? startMomentum(run, rule.friction) : undefined;

  /** Small batches bring an object that is far from its end there in fewer epochs, large ones average noise [ENGINE-061]. */
  function batchSizeAt({ progress }: Epoch): number {
    return progress < 1 / 3 ? Math.min(startBatchSize, batchSize) : batchSize;
  }

  function visit(first: number, count: number, { probeActive, shrink }: Epoch): void {
    params[taskParam.waveOfFrame] = 0;
    run.run("correct", count);
    run.lightObject("waves");
    params[taskParam.floor] = rule.damping * run.bandPeak();
    run.run("objectDirection", bands);
    if (probeActive) {
      run.run("probeBand", bands);
      kernels.directProbe(rule.damping, probeSums, 0);
    }
    const { a, b } = rule.stepRule === "batch" ? stepsOfBatch(first, count) : stepsOfFrames(first, count);
    params[taskParam.step] = rule.objectStep * shrink * a;
    run.run("objectMove", bands);
    if (probeActive) kernels.moveProbe(rule.probeStep * shrink * b);
  }

  function stepsOfBatch(first: number, count: number): Steps {
    run.run("crossSums", count);
    let ax = 0;
    for (let band = 0; band < bands; band++) ax += params[taskParam.bandSums + band]!;
    let [aa, ab] = [0, 0];
    for (let k = first; k < first + count; k++) {
      const at = order[k]! * sumsPerFrame;
      aa += views.sums[at]!;
      ab += views.sums[at + 1]!;
    }
    return solve(aa, probeSums[0]!, ab, ax, probeSums[1]!);
  }

  function stepsOfFrames(first: number, count: number): Steps {
    run.run("stepSums", count);
    return meanSteps(views.sums, order, first, count);
  }

  return {
    sweep(epoch) {
      momentum?.begin();
      order.set(training);
      shuffle(order, createRng(run.seed, "engine", { frame: epoch.index }));
      views.objectSum.fill(0);
      views.objectWeight.fill(0);
      views.probeSum.fill(0);
      views.probeWeight.fill(0);
      if (!epoch.probeActive)
        for (const still of [views.probeStep, views.probeCross, probeSums]) still.fill(0);
      run.batches(order, batchSizeAt(epoch), (first, count) => visit(first, count, epoch));
    },
    coast({ index }) {
      if (index + 1 < movingPart * rule.epochs) momentum?.push();
    },
    arrays: momentum?.arrays ?? {},
    moved: (shift) => momentum?.moved(shift),
    priorGain: (visits, epoch) => rule.objectStep * stepsOfEpoch(visits, batchSizeAt(epoch), training.length),
    probeGain: (epoch) => Math.max(1, (rule.probeStep * epoch.shrink * training.length) / batchSizeAt(epoch)),
  };
}

export interface Steps {
  readonly a: number;
  readonly b: number;
}

/** Mean of the steps of each frame of a batch, from their five sums. */
export function meanSteps(sums: Float64Array, order: Int32Array, first: number, count: number): Steps {
  let [a, b] = [0, 0];
  for (let k = first; k < first + count; k++) {
    const at = order[k]! * sumsPerFrame;
    const own = solve(sums[at]!, sums[at + 1]!, sums[at + 2]!, sums[at + 3]!, sums[at + 4]!);
    a += own.a / count;
    b += own.b / count;
  }
  return { a, b };
}

/** Solves the real symmetric 2×2 system, slightly damped so that parallel directions share the step. */
export function solve(aa: number, bb: number, ab: number, ax: number, bx: number): Steps {
  const damping = 1e-3;
  const [p, q] = [aa * (1 + damping), bb * (1 + damping)];
  const det = p * q - ab * ab;
  if (bb === 0) return { a: aa > 0 ? bounded(ax / p) : 0, b: 0 };
  if (aa === 0) return { a: 0, b: bounded(bx / q) };
  // A step backwards, or more than twice the plain one, means that the linear model does not hold here.
  return { a: bounded((ax * q - bx * ab) / det), b: bounded((bx * p - ax * ab) / det) };
}

function bounded(step: number): number {
  return Math.min(4, Math.max(0, step));
}
