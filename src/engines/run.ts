// Runs a prepared engine to its planned end: links, selection by held-out frames, progress, history, abort. The same
// call serves the command line, the study's jobs, the page and the tests.

import type { ComplexImage } from "../array/ndarray.ts";
import type { Positions } from "../array/scan.ts";
import { DoselapError } from "../errors.ts";
import { checkOptions } from "./check-options.ts";
import { checkProblem } from "./check-problem.ts";
import { noiseWeight } from "./constraints/prior-weight.ts";
import { surveyFrames, type FrameSurvey } from "./counts.ts";
import type { EngineContext } from "./engine.ts";
import { heldOutCount } from "./held-out.ts";
import type { Problem } from "./problem.ts";
import { iterate, type EngineResult, type EpochReport } from "./iterate.ts";
import { checkScanNeeds } from "./option-needs.ts";
import type { CommonOptions } from "./options.ts";
import type { Pass, Passes } from "./passes.ts";
import { givenProbe, tiltOf, turnedObject, untilted } from "./tilt.ts";
import type { Link, PreparedEngine } from "./prepare.ts";

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

export interface Choice {
  readonly engine: string;
  /** Epochs after which held-out deviance was lowest; 0 = the start. */
  readonly epoch: number;
  readonly priorWeight: number;
  /** Held-out deviance per pixel at the start and there. */
  readonly startDeviance: number;
  readonly deviance: number;
}

export interface EpochEvent extends EpochReport {
  readonly engine: string;
  /** choose: frames are held out and the epoch is scored; fit: the final run. */
  readonly phase: "choose" | "fit";
  /** Epochs planned for this link and phase. */
  readonly epochs: number;
  /** Share of the whole run that is done, 0 … 1. */
  readonly fraction: number;
  /** Seconds since the run began; null without a clock. */
  readonly seconds: number | null;
}

export interface RunContext extends EngineContext {
  readonly onEpoch?: ((event: EpochEvent) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds, monotonic. */
  readonly now?: (() => number) | undefined;
  /** Where the state is kept while it runs, and what an earlier process left of it. */
  readonly passes?: Passes | undefined;
}

/** Weights that "auto" tries, counts per pixel: it climbs from the middle while held-out deviance falls. */
const priorLadder = [0.1, 0.3, 1, 3, 10, 30, 100, 300] as const;
const ladderStart = 4;
/** Most weights that one climb visits: the start, one step the wrong way, and a walk to the end. */
const climbAtMost = 6;

/** Runs all links. Gives the event loop a turn between epochs, so that an abort is heard.
 * @throws Contract, Design, Range, Shape before work; Diverged; Interrupted when the signal aborts. */
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
  const tilt = tiltOf(problem, own.survey);
  if (tilt === undefined) return runLinks(prepared, problem, own);
  const found = await runLinks(prepared, untilted(problem, tilt), own);
  return {
    ...found,
    object: turnedObject(found.object, tilt, problem.size),
    probe: givenProbe(problem, found.probe, tilt),
  };
}

async function runLinks(
  prepared: PreparedEngine,
  problem: Problem,
  own: RunContext & { readonly survey: FrameSurvey },
): Promise<Reconstruction> {
  const began = own.now?.();
  const history: number[] = [];
  const deviance: number[] = [];
  const choices: Choice[] = [];
  const total = prepared.links.reduce((sum, link) => sum + workOf(link, problem), 0);
  let done = 0;
  let result: EngineResult | undefined;
  for (const link of prepared.links) {
    const given = result === undefined ? problem : startingFrom(problem, result);
    const watch = (phase: EpochEvent["phase"], epochs: number) => (report: EpochReport) => {
      done++;
      if (phase === "fit") {
        history.push(report.error);
        deviance.push(report.deviance);
      }
      const now = own.now?.();
      const seconds = began === undefined || now === undefined ? null : (now - began) / 1000;
      const fraction = Math.min(1, done / total);
      own.onEpoch?.({ ...report, engine: link.engine.name, phase, epochs, fraction, seconds });
    };
    const fit = await runLink(link, given, own, watch);
    if (fit.choice !== undefined) choices.push(fit.choice);
    result = fit.result;
  }
  if (result === undefined) throw new DoselapError("Usage", "a chain needs at least one engine");
  const { object, probe, positions, scales } = result;
  return { object, probe, positions, scales, history, deviance, choices };
}

function startingFrom(problem: Problem, { object, probe, positions, scales }: EngineResult): Problem {
  return { ...problem, object, probe, positions, scales };
}

type Watch = (phase: EpochEvent["phase"], epochs: number) => (report: EpochReport) => void;

/** Epochs that a link will run, all phases. */
function workOf({ options }: Link, problem: Problem): number {
  if (heldOutCount(problem, options.heldOutFraction) === 0) return options.epochs;
  const tries = options.priorWeight === "auto" ? climbAtMost : 1;
  return options.epochs * (tries + (options.refit ? 1 : 0));
}

async function runLink(
  { engine, options: asked }: Link,
  problem: Problem,
  context: RunContext & { readonly survey: FrameSurvey },
  watch: Watch,
): Promise<{ result: EngineResult; choice: Choice | undefined }> {
  const weight = asked.priorWeight === "noise" ? noiseWeight(problem, context.survey) : asked.priorWeight;
  const priorWeight = asked.prior === "none" ? 0 : weight;
  const options = { ...asked, priorWeight };
  const run = (own: CommonOptions, given: Problem, phase: EpochEvent["phase"], until: number) =>
    runOnce({ engine, options: own }, given, context, until, watch(phase, until));
  if (heldOutCount(problem, options.heldOutFraction) === 0) {
    const { result } = await run({ ...options, heldOutFraction: 0 }, problem, "fit", options.epochs);
    return { result, choice: undefined };
  }
  const phase = options.refit ? "choose" : "fit";
  async function attempt(priorWeight: number): Promise<{ result: EngineResult; choice: Choice }> {
    const prior = priorWeight === 0 ? "none" : options.prior;
    const { result, startDeviance, deviances } = await run(
      { ...options, prior, priorWeight },
      problem,
      phase,
      options.epochs,
    );
    const { epoch } = result;
    const deviance = epoch === 0 ? startDeviance : deviances[epoch - 1];
    const start = startDeviance ?? NaN;
    return {
      result,
      choice: { engine: engine.name, epoch, priorWeight, startDeviance: start, deviance: deviance ?? NaN },
    };
  }
  const best = options.priorWeight === "auto" ? await climb(attempt) : await attempt(options.priorWeight);
  const { choice } = best;
  if (!options.refit) return best;
  const chosen: CommonOptions = {
    ...options,
    heldOutFraction: 0,
    priorWeight: choice.priorWeight,
    prior: choice.priorWeight === 0 ? "none" : options.prior,
  };
  const { result } = await run(chosen, { ...problem, heldOut: [] }, "fit", choice.epoch);
  return { result, choice };
}

/** Walks the ladder of prior weights downhill in held-out deviance. */
async function climb<Attempt extends { readonly choice: Choice }>(
  attempt: (weight: number) => Promise<Attempt>,
): Promise<Attempt> {
  let at = ladderStart;
  let best = await attempt(priorLadder[at]!);
  let visited = 1;
  for (const way of [1, -1]) {
    let moved = false;
    while (visited < climbAtMost && priorLadder[at + way] !== undefined) {
      const next = await attempt(priorLadder[at + way]!);
      visited++;
      if (!(next.choice.deviance < best.choice.deviance)) break;
      best = next;
      at += way;
      moved = true;
    }
    if (moved) break;
  }
  return best;
}

async function runOnce(
  { engine, options }: Pick<Link, "engine" | "options">,
  problem: Problem,
  context: RunContext,
  until: number,
  onEpoch: (report: EpochReport) => void,
): Promise<{ result: EngineResult; startDeviance: number | null; deviances: number[] }> {
  const { passes } = context;
  const before = passes?.next();
  if (before !== undefined && "over" in before) {
    for (const report of before.over.reports) onEpoch(report);
    passes?.end(before.over);
    return outcomeOf(before.over);
  }
  const iteration = iterate(engine, options, problem, context);
  const turn = eventLoopTurn();
  const reports: EpochReport[] = [];
  const keep = () => passes?.keep({ checkpoint: iteration.checkpoint(), reports });
  try {
    if (before !== undefined) {
      iteration.restore(before.open.checkpoint);
      reports.push(...before.open.reports);
      for (const report of reports) onEpoch(report);
    }
    while (reports.length < until) {
      if (context.signal?.aborted === true) {
        await keep();
        throw new DoselapError("Interrupted", `${engine.name} was stopped after ${reports.length} epochs`);
      }
      const report = iteration.step();
      reports.push(report);
      onEpoch(report);
      if (passes?.isDue() === true) await keep();
      await turn.pass();
    }
    const pass = { result: iteration.result(), startDeviance: iteration.startDeviance, reports };
    passes?.end(pass);
    return outcomeOf(pass);
  } finally {
    turn.close();
    iteration.dispose();
  }
}

function outcomeOf({ result, startDeviance, reports }: Pass) {
  return { result, startDeviance, deviances: reports.flatMap((report) => report.heldOutDeviance ?? []) };
}

/** One turn of the event loop. In browsers a message to ourselves, which is not throttled as timers are; Node would hand
 * over a thousand of them in one turn, and timers and signals would wait (ENGINE-020). */
function eventLoopTurn() {
  if (typeof setImmediate === "function") {
    return { pass: () => new Promise<void>((resolve) => setImmediate(resolve)), close: () => {} };
  }
  const { port1, port2 } = new MessageChannel();
  return {
    pass: () =>
      new Promise<void>((resolve) => {
        port2.onmessage = () => resolve();
        port1.postMessage(null);
      }),
    close: () => port1.close(),
  };
}
