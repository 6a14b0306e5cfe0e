// Runs a prepared engine to its planned end: links, selection by held-out frames, progress, history, abort. The same
// call serves the command line, the study's jobs, the page and the tests.

import type { ComplexImage } from "../array/ndarray.ts";
import type { Positions } from "../array/scan.ts";
import { DoselapError } from "../errors.ts";
import { chainOrder, heldOutOfChain, mostEpochs, triesWeights, type Chooses } from "./chain-order.ts";
import { checkOptions } from "./check-options.ts";
import { checkProblem } from "./check-problem.ts";
import { choose, withWeight, type Choice } from "./choose.ts";
import { noiseWeight } from "./constraints/prior-weight.ts";
import { surveyFrames, type FrameSurvey } from "./counts.ts";
import { fitted, forGiven, lightFitOf, type LightFit } from "./fitted-light.ts";
import { heldOutCount, heldOutFrames } from "./held-out.ts";
import type { EngineResult, EpochReport } from "./iterate.ts";
import { checkScanNeeds } from "./option-needs.ts";
import type { CommonOptions } from "./options.ts";
import type { Pass } from "./passes.ts";
import type { Link, PreparedEngine } from "./prepare.ts";
import type { ContinuedProblem, Problem } from "./problem.ts";
import { runPass, type PassContext } from "./run-pass.ts";

export interface Reconstruction {
  readonly object: ComplexImage;
  /** complex64 [modes, N, N]. */
  readonly probe: Float32Array;
  readonly positions: Positions;
  /** Intensity factor of each frame. */
  readonly scales: Float32Array;
  /** Relative misfit of each epoch of the final fits. */
  readonly history: readonly number[];
  /** Poisson deviance per pixel of each epoch of the final fits. */
  readonly deviance: readonly number[];
  /** What the held-out frames chose, per link; empty when none were held out. */
  readonly choices: readonly Choice[];
}

export interface EpochEvent extends EpochReport {
  readonly engine: string;
  /** choose: frames are held out, and another run follows; fit: the final run. */
  readonly phase: "choose" | "fit";
  /** Epochs planned for this link and phase. */
  readonly epochs: number;
  /** Share of the whole run that is done, 0 … 1. */
  readonly fraction: number;
  /** Seconds since the run began; null without a clock. */
  readonly seconds: number | null;
}

export interface RunContext extends PassContext {
  /** What `lightFitOf` found of this problem; absent: it is looked for. */
  readonly lightFit?: LightFit | undefined;
  readonly onEpoch?: ((event: EpochEvent) => void) | undefined;
  /** Milliseconds, monotonic. */
  readonly now?: (() => number) | undefined;
}

type Run = (
  link: Pick<Link, "engine" | "options">,
  problem: ContinuedProblem,
  phase: EpochEvent["phase"],
  epochs?: number,
) => Promise<Pass>;

/** Final fits of the first links of a chain. */
interface Fitted {
  readonly links: number;
  /** Of the last of them; undefined when there is none. */
  readonly result: EngineResult | undefined;
  /** Epochs of all of them. */
  readonly reports: readonly EpochReport[];
}

/** Runs all links. @throws Contract, Design, Range, Shape before work; Diverged; Interrupted when the signal aborts. */
export async function runEngine(
  prepared: PreparedEngine,
  problem: Problem,
  context: RunContext,
): Promise<Reconstruction> {
  checkProblem(problem);
  for (const { engine, given, options } of prepared.links) {
    checkOptions(engine.name, options, problem);
    checkScanNeeds(given, options, problem);
  }
  // One look serves every link and attempt: they differ in their start alone.
  const own = { ...context, survey: context.survey ?? surveyFrames(problem) };
  const fit = context.lightFit ?? lightFitOf(problem, own.survey);
  const fits = fitted(problem, fit);
  return forGiven(await runLinks(prepared, fits, own), fit, { given: problem, run: fits });
}

async function runLinks(
  prepared: PreparedEngine,
  problem: Problem,
  context: RunContext & { readonly survey: FrameSurvey },
): Promise<Reconstruction> {
  const began = context.now?.();
  const { survey } = context;
  const links = prepared.links.map((link) => ({ ...link, options: weighed(link.options, problem, survey) }));
  const chooses: Chooses = ({ options }) => heldOutCount(problem, options.heldOutFraction) > 0;
  const total = mostEpochs(links, chooses).reduce((sum, epochs) => sum + epochs, 0);
  let done = 0;
  const run: Run = ({ engine, options }, given, phase, epochs = options.epochs) => {
    const onEpoch = (report: EpochReport): void => {
      done++;
      const now = context.now?.();
      const seconds = began === undefined || now === undefined ? null : (now - began) / 1000;
      const fraction = Math.min(1, done / total);
      context.onEpoch?.({ ...report, engine: engine.name, phase, epochs, fraction, seconds });
    };
    return runPass({ engine, options }, given, context, { until: epochs, onEpoch });
  };
  const heldOut = heldOutFrames(problem, heldOutOfChain(links), context.seed);
  const { choices, fitted } = await chooseLinks(links, chooses, { ...problem, heldOut }, run);
  const { result, reports } = await fitLinks(links, choices, fitted, { ...problem, heldOut: [] }, run);
  if (result === undefined) throw new DoselapError("Usage", "a chain needs at least one engine");
  const { object, probe, positions, scales } = result;
  return {
    object,
    probe,
    positions,
    scales,
    history: reports.map(({ error }) => error),
    deviance: reports.map(({ deviance }) => deviance),
    choices: choices.filter((choice) => choice !== undefined),
  };
}

/** Runs the links that choose, and those before them, on the frames that are left. Returns each link's choice, undefined
 * where it has none, and those of these fits that are final. */
async function chooseLinks(
  links: readonly Link[],
  chooses: Chooses,
  problem: Problem,
  run: Run,
): Promise<{ readonly choices: readonly (Choice | undefined)[]; readonly fitted: Fitted }> {
  const { choosing, refitFrom } = chainOrder(links, chooses);
  const choices: (Choice | undefined)[] = [];
  let fitted: Fitted = { links: 0, result: undefined, reports: [] };
  let found: EngineResult | undefined;
  for (const link of links.slice(0, choosing)) {
    const isFinal = choices.length < refitFrom;
    const phase = isFinal && !triesWeights(link, chooses) ? "fit" : "choose";
    const given = startingFrom(problem, found);
    const attempt = (options: CommonOptions) => run({ ...link, options }, given, phase);
    const { pass, choice } = chooses(link)
      ? await choose(link.engine.name, link.options, attempt)
      : { pass: await attempt({ ...link.options, keepBest: false }), choice: undefined };
    choices.push(choice);
    found = pass.result;
    if (isFinal) {
      fitted = { links: choices.length, result: found, reports: [...fitted.reports, ...pass.reports] };
    }
  }
  return { choices, fitted };
}

/** Runs the links after the fitted ones, as was chosen. */
async function fitLinks(
  links: readonly Link[],
  choices: readonly (Choice | undefined)[],
  fitted: Fitted,
  problem: Problem,
  run: Run,
): Promise<Fitted> {
  let { result, reports } = fitted;
  for (const [k, { engine, options: asked }] of links.entries()) {
    if (k < fitted.links) continue;
    const { priorWeight = asked.priorWeight, epoch } = choices[k] ?? {};
    const options = { ...withWeight(asked, priorWeight), heldOutFraction: 0 };
    const pass = await run({ engine, options }, startingFrom(problem, result), "fit", epoch);
    result = pass.result;
    reports = [...reports, ...pass.reports];
  }
  return { links: links.length, result, reports };
}

/** The options with the weight that the noise gives, and none without a prior. */
function weighed(options: CommonOptions, problem: Problem, survey: FrameSurvey): CommonOptions {
  const { prior, priorWeight } = options;
  if (prior === "none") return { ...options, priorWeight: 0 };
  return priorWeight === "noise" ? { ...options, priorWeight: noiseWeight(problem, survey) } : options;
}

/** Positions of the problem stay those of the scan [ENGINE-064]. */
function startingFrom(problem: Problem, found: EngineResult | undefined): ContinuedProblem {
  if (found === undefined) return problem;
  const { object, probe, positions, scales } = found;
  return { ...problem, object, probe, scales, startPositions: positions };
}
