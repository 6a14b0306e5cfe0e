// The training loop that every network shares: epochs, validation, levels, health, restarts. What is trained, and on what,
// comes as a `Lesson`.

import { createRng, shuffle } from "../../math/random/rng.ts";
import { DoselapError, isDoselapError } from "../../errors.ts";
import { initialise, type ParameterSpec, type ParameterValues } from "../models/parameters.ts";
import type { Feeds, Runtime } from "../runtime/runtime.ts";
import type { StateKeeper } from "../../io/kept-state.ts";
import type { Tensor } from "../graph/tensor.ts";
import { packFit, unpackFit, type FitState, type Snapshot } from "./fit-state.ts";
import type { EpochRecord } from "./epoch-record.ts";
import { openJudge, type Judge } from "./judge.ts";
import { apart, belowTruth, judgeLevels, noiseKey, type Levels } from "./judge-levels.ts";
import { epochsOf, rateCourse, stepsPerEpoch, type CourseOptions, type RateCourse } from "./rate-course.ts";
import { restartSeed } from "./restart-seed.ts";
import { openLearner, type Learner } from "./learner.ts";
import type { Progress } from "./progress.ts";

export interface Lesson {
  readonly specs: readonly ParameterSpec[];
  readonly parameters: { readonly [name: string]: Tensor };
  /** One number. */
  readonly loss: Tensor;
  /** The part of it that is reported, chooses the epoch and is compared with levels (NN-012); the whole when absent. */
  readonly judged?: Tensor | undefined;
  /** What the network gives for a batch: [B, …]. If it does not vary over B, the network has collapsed. */
  readonly corrections: Tensor;
  /** Largest activation of each unit over a batch, [1, units, 1, 1] per layer. */
  readonly activations: readonly Tensor[];
  readonly batchSize: number;
  /** Items that are trained on: seed frames. */
  readonly items: Int32Array;
  /** Absent: validation frames are none of those that train. */
  readonly chosenOn?: "training frames" | undefined;
  /** Fills a batch for items order[first] … and returns its feeds, without the parameters'. */
  batch(epoch: number, order: Int32Array, first: number): Feeds;
  readonly validationBatches: number;
  /** The same batches at every call. */
  validationBatch(index: number): Feeds;
  /** Losses that the network's is compared with, lowest last: each a name and its validation batches. */
  readonly levels: readonly Level[];
  /** Name of the level that a network of all-zero parameters gives; epoch 0, which the first epoch has to beat. Absent where
   * such a network gives nothing. */
  readonly start?: string | undefined;
}

export interface Level {
  readonly name: string;
  /** What is computed; absent: the lesson's own `judged`, with parameters that are all zero. */
  readonly loss?: Tensor | undefined;
  /** Feeds of a validation batch; those that the loss does not take are left out. */
  batch(index: number): Feeds;
  /** Feeds of a training batch as epoch `round` has them; absent where the level is not told for training. */
  readonly training?: ((round: number, index: number) => Feeds) | undefined;
}

export interface FitOptions extends CourseOptions {
  readonly weightDecay: number;
  readonly clipNorm: number;
  /** Decay of the running mean of the weights. */
  readonly average: number;
  /** How often a run that has collapsed may start again, with another seed (restart-seed.ts). */
  readonly restarts: number;
}

export interface FitContext {
  readonly seed: number;
  readonly runtime: Runtime;
  readonly threads: number;
  readonly log: (line: string) => void;
  readonly progress?: Progress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Is told the state that training starts from, and every best one: what is left when a later step loses its numbers. */
  readonly keep?: ((found: Fit) => void) | undefined;
  /** Where the state is kept while it trains, and what an earlier process left of it. */
  readonly keeper?: StateKeeper | undefined;
}

export interface Fit {
  /** The running mean of the weights after the epoch of the lowest validation loss; all zero when that is epoch 0. */
  readonly parameters: ParameterValues;
  readonly bestEpoch: number;
  readonly history: readonly EpochRecord[];
  /** Losses to compare the validation loss with, and those to compare the training loss with. */
  readonly levels: Levels;
  readonly trainingLevels?: Levels | undefined;
  /** Where no frame could be held back: the best epoch was chosen on frames that it was trained on. */
  readonly chosenOn?: "training frames" | undefined;
  /** The seed that was used: the given one, or that of the last restart. */
  readonly seed: number;
  readonly restarts: number;
}

/** A spread below this is no answer to the input: corrections are of order 0.01 and more. */
const collapsedSpread = 1e-5;

/** Trains. @throws Diverged when numbers are lost or every restart collapses, Interrupted, Compute. */
export async function fit(lesson: Lesson, options: FitOptions, context: FitContext): Promise<Fit> {
  const left = await context.keeper?.load();
  let before = left === undefined ? undefined : unpackFit(left);
  const lines: string[] = [];
  const log = (line: string): void => {
    lines.push(line);
    context.log(line);
  };
  // The log of a resumed training is that of an undisturbed one.
  before?.lines.forEach(log);
  if (before === undefined) raisedLine(options, lesson).forEach(log);
  for (let attempt = before?.attempt ?? 0; ; attempt++) {
    const seed = restartSeed(context.seed, attempt);
    const course: Course = { attempt, lines, before };
    before = undefined;
    const found = await fitOnce(lesson, options, { ...context, log, seed }, course);
    const last = found.history.at(-1)!;
    if (last.spread >= collapsedSpread) return found;
    const fault = `the output does not vary over inputs (spread ${last.spread.toExponential(2)})`;
    log(`health: seed ${seed} collapsed: ${fault}`);
    if (attempt < options.restarts) continue;
    throw new DoselapError("Diverged", "the network has collapsed to a constant", {
      expected: `outputs that vary, within ${options.restarts} restarts`,
      got: fault,
      hint: "Lower learningRate, or train for more epochs.",
    });
  }
}

/** Tells of epochs that the least steps add. */
function raisedLine({ epochs, leastSteps = 0 }: FitOptions, lesson: Lesson): string[] {
  const steps = epochs * stepsPerEpoch(lesson);
  if (steps >= leastSteps) return [];
  const raised = epochsOf({ epochs, leastSteps }, lesson);
  return [`epochs: ${raised} instead of ${epochs}, which would be ${steps} steps of at least ${leastSteps}`];
}

/** Which attempt this is, what was logged, and where an earlier process was in it. */
interface Course {
  readonly attempt: number;
  readonly lines: readonly string[];
  readonly before: FitState | undefined;
}

async function fitOnce(
  lesson: Lesson,
  options: FitOptions,
  context: FitContext,
  course: Course,
): Promise<Fit> {
  const { seed, runtime, threads, log } = context;
  // Arms hand on all of their options: a name that a lesson has too, such as `loss`, must not replace it.
  const { weightDecay, clipNorm, average } = options;
  const rates = rateCourse(options, lesson);
  const judge = await openJudge(lesson, runtime, threads);
  try {
    const learner = await openLearner({
      ...lesson,
      weightDecay,
      clipNorm,
      average,
      start: initialise(lesson.specs, seed),
      runtime,
      threads,
      schedule: rates.rate,
    });
    try {
      return await learn({ lesson, learner, judge, rates }, options, context, course);
    } finally {
      await learner.release();
    }
  } catch (error) {
    if (isDoselapError(error, "Diverged")) log(`health: ${error.message}`);
    throw error;
  } finally {
    await judge.release();
  }
}

interface Pupil {
  readonly lesson: Lesson;
  readonly learner: Learner;
  readonly judge: Judge;
  readonly rates: RateCourse;
}

/** Every epoch, and the best of them. */
async function learn(
  { lesson, learner, judge, rates }: Pupil,
  options: FitOptions,
  context: FitContext,
  { attempt, lines, before }: Course,
): Promise<Fit> {
  const { seed, log, progress, signal, keep, keeper } = context;
  const steps = stepsPerEpoch(lesson);
  const epochs = epochsOf(options, lesson);
  const told = before?.levels ?? (await judgeLevels(lesson, judge, context));
  const { levels, trainingLevels } = apart(told);
  const history: EpochRecord[] = [...(before?.history ?? [])];
  for (const { validation } of history) rates.after(validation);
  let best: Best | undefined = before === undefined ? startingBest(lesson, levels, judge.zeros) : before.best;
  let kept: Snapshot | undefined;
  function tellKept({ epoch, parameters }: Snapshot): void {
    kept = { epoch, parameters };
    keep?.({
      parameters,
      bestEpoch: epoch,
      history: history.slice(0, epoch),
      levels,
      trainingLevels,
      seed,
      restarts: attempt,
    });
  }
  if (before !== undefined) learner.restore(before.learner);
  // Finite whatever follows.
  tellKept(before?.kept ?? { epoch: 0, parameters: learner.averaged() });
  for (let epoch = history.length + 1; epoch <= epochs; epoch++) {
    const order = lesson.items.slice();
    shuffle(order, createRng(seed, "training", { dose: epoch, pixel: 1 }));
    const inside = epoch === (before?.history.length ?? -1) + 1 ? before : undefined;
    let { sum, norm, rate } = inside ?? { sum: 0, norm: 0, rate: 0 };
    for (let step = inside?.steps ?? 0; step < steps; step++) {
      const isStopped = signal?.aborted === true;
      if (isStopped || keeper?.isDue() === true) {
        const now = { steps: step, sum, norm, rate, best, kept, learner: learner.checkpoint() };
        await keeper?.save(packFit({ attempt, lines, levels: told, history, ...now }));
      }
      if (isStopped) throw new DoselapError("Interrupted", "training was stopped");
      const report = await learner.step(lesson.batch(epoch, order, step * lesson.batchSize));
      sum += report.loss;
      norm = Math.max(norm, report.gradientNorm);
      ({ rate } = report);
      progress?.(
        ((epoch - 1) * steps + step + 1) / (epochs * steps),
        `epoch ${epoch}/${epochs}, loss ${report.loss.toPrecision(4)}`,
        ((epoch - 1) * steps + step + 1) * lesson.batchSize,
      );
    }
    const parameters = learner.averaged();
    const judged = await judge.score(parameters);
    expectFinite(epoch, judged.validation);
    const record = { epoch, loss: sum / steps, rate, gradientNorm: norm, ...judged };
    history.push(record);
    rates.after(judged.validation);
    log(epochLine(record, epochs));
    belowTruth(record, { levels, trainingLevels, noise: told[noiseKey] ?? 0 }).forEach(log);
    if (best === undefined || judged.validation < best.loss) {
      best = { epoch, loss: judged.validation, parameters };
      // A network that has collapsed is not worth keeping.
      if (judged.spread >= collapsedSpread) tellKept({ epoch, parameters });
    }
  }
  if (best!.epoch === 0)
    log(`no epoch was better than the ${lesson.start}: the network is left out (all weights 0)`);
  const { chosenOn } = lesson;
  const { parameters, epoch: bestEpoch } = best!;
  return { parameters, bestEpoch, history, levels, trainingLevels, chosenOn, seed, restarts: attempt };
}

interface Best {
  readonly epoch: number;
  readonly loss: number;
  readonly parameters: ParameterValues;
}

/** What the first epoch has to beat: what all-zero parameters give, where that is an object of its own. */
function startingBest(
  { start }: Lesson,
  levels: { readonly [name: string]: number },
  zeros: Feeds,
): Best | undefined {
  if (start === undefined) return undefined;
  const parameters = Object.fromEntries(Object.entries(zeros).map(([name, { data }]) => [name, data]));
  return { epoch: 0, loss: levels[start]!, parameters };
}

/** A comparison with NaN is false: without this, an epoch without a validation loss could be the best for good. */
function expectFinite(epoch: number, validation: number): void {
  if (Number.isFinite(validation)) return;
  throw new DoselapError("Diverged", "validation lost its numbers", {
    key: `epoch ${epoch}`,
    expected: "a finite validation loss",
    got: String(validation),
    hint: "Lower learningRate.",
  });
}

function epochLine(record: EpochRecord, epochs: number): string {
  const { epoch, loss, validation, rate, gradientNorm, spread, deadUnits } = record;
  return [
    `epoch ${epoch}/${epochs}: loss ${loss.toFixed(6)}`,
    `validation ${validation.toFixed(6)}`,
    `rate ${rate.toExponential(2)}`,
    `gradient norm ${gradientNorm.toPrecision(3)}`,
    `spread ${spread.toPrecision(3)}`,
    `dead units ${deadUnits}`,
  ].join(" ");
}
