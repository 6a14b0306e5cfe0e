// One run of one engine, epoch by epoch: everything that engines share. An epoch is the engine's sweep, then constraints,
// prior, positions and intensities, then the score of the frames that were left out.

import type { ComplexImage } from "../array/ndarray.ts";
import type { Positions } from "../array/scan.ts";
import { taskParam } from "../compute/tasks.ts";
import { DoselapError } from "../errors.ts";
import { checkOptions } from "./check-options.ts";
import { closeRun } from "./closing.ts";
import { limitAmplitude } from "./constraints/amplitude.ts";
import { orthogonalizeModes } from "./constraints/orthogonalize.ts";
import { centreFields, centreModes } from "./constraints/centre.ts";
import { createPrior } from "./constraints/prior.ts";
import { levelProbe } from "./constraints/ramp.ts";
import {
  limitSupport,
  peakOf,
  powerOf,
  restoreProbePower,
  probePriorWeight,
  pullToStart,
} from "./constraints/probe.ts";
import type { Engine, EngineContext, Epoch } from "./engine.ts";
import { correctPositions, floatIntensities } from "./frame-fits.ts";
import { heldOutFrames } from "./held-out.ts";
import type { ContinuedProblem } from "./problem.ts";
import type { CommonOptions } from "./options.ts";
import { misfitOf } from "./misfit.ts";
import { startTally } from "./outcome.ts";
import { divergedHint } from "./diverged.ts";
import { fillStartObject } from "./start-object.ts";
import { openScanRun, type ScanRun } from "./scan-run.ts";
import { workingBytes } from "./working-bytes.ts";

export interface EpochReport {
  /** Epochs done. */
  readonly epoch: number;
  /** Relative amplitude misfit of the fitted frames: Σ(√λ−√n)² / Σn, each frame as its visit found it. */
  readonly error: number;
  /** Poisson deviance per pixel of the fitted frames, likewise. */
  readonly deviance: number;
  /** Poisson deviance per pixel of the frames that were left out, after the epoch; null when there are none. */
  readonly heldOutDeviance: number | null;
}

export interface EngineResult {
  readonly object: ComplexImage;
  /** complex64 [modes, N, N]. */
  readonly probe: Float32Array;
  readonly positions: Positions;
  /** Intensity factor of each frame. */
  readonly scales: Float32Array;
  /** The epoch whose state this is. */
  readonly epoch: number;
}

export interface Iteration {
  /** Held-out deviance of the start; null without held-out frames. */
  readonly startDeviance: number | null;
  step(): EpochReport;
  result(): EngineResult;
  /** Everything that later epochs depend on, as copies. */
  checkpoint(): Checkpoint;
  restore(checkpoint: Checkpoint): void;
  dispose(): void;
}

export interface Checkpoint {
  readonly engine: string;
  readonly epoch: number;
  readonly arrays: { readonly [name: string]: Float32Array | Float64Array };
}

/** Opens a run. Dispose it. @throws what the checks of problem and options throw. */
export function iterate<Options extends CommonOptions>(
  engine: Engine<Options>,
  options: Options,
  problem: ContinuedProblem,
  { backend, seed, memoryBudgetBytes, heldBytes = 0, survey }: EngineContext,
): Iteration {
  checkOptions(engine.name, options, problem);
  const memory = engine.memory(options);
  const run = openScanRun(problem, {
    backend,
    seed,
    memoryBudgetBytes,
    ...memory,
    besideBytes: heldBytes + workingBytes(problem, options, memory.fields),
    survey,
    heldOut: heldOutFrames(problem, options.heldOutFraction, seed),
  });
  try {
    fillStartObject(run);
    return start(engine, options, run);
  } catch (error) {
    run.session.dispose();
    throw error;
  }
}

function start<Options extends CommonOptions>(
  engine: Engine<Options>,
  options: Options,
  run: ScanRun,
): Iteration {
  const { views, shape } = run;
  views.params[taskParam.poisson] = options.likelihood === "poisson" ? 1 : 0;
  views.params[taskParam.darkCounts] = options.darkCounts ?? 0;
  const core = engine.start(run, options);
  const power = powerOf(views.probe);
  // An engine with an objective of its own has the prior in there.
  const prior =
    options.prior === "none" || core.priorActs === "objective"
      ? undefined
      : createPrior(options.prior, shape.objectHeight, shape.objectWidth);
  // An engine with an objective remembers its path: gauge and priors must not move it between epochs.
  const remembers = core.priorActs === "objective";
  const startProbe = views.probe.slice();
  const centres = options.centerProbe === true;
  // A start beside the centre would pull the probe back there.
  if (centres) centreModes(startProbe, shape.size);
  const kappa = probePriorWeight(power, shape.size ** 2, options.probeError);
  // Waves that an engine keeps have their phases from the object as it was: it must not be turned.
  const levels = kappa > 0 && !options.fixProbe && core.explores === undefined;
  // The illumination, for the prior's sake, and the visits it amounts to.
  const light = new Float32Array(prior === undefined ? 0 : views.objectWeight.length);
  let visits = 0;
  let done = 0;
  const tally = startTally(run, options);

  function epochAt(index: number): Epoch {
    const progress = Math.min(1, index / Math.max(1, options.epochs - 1));
    const last = options.finalStepFraction ?? 1;
    const stop = options.probeStopEpoch ?? Infinity;
    return {
      index,
      progress,
      shrink: last + ((1 - last) * (1 + Math.cos(Math.PI * progress))) / 2,
      probeActive: !options.fixProbe && index >= options.probeStartEpoch && index < stop,
    };
  }

  function step(): EpochReport {
    const epoch = epochAt(done);
    core.sweep(epoch);
    const fitted = misfitOf(run, run.training);
    checkFinite(epoch, fitted.error);
    constrain(epoch);
    core.coast?.(epoch);
    done++;
    const heldOutDeviance = tally.count(done);
    return { epoch: done, error: fitted.error, deviance: fitted.deviance, heldOutDeviance };
  }

  function checkFinite({ index }: Epoch, error: number): void {
    const now = powerOf(views.probe);
    // A probe may lose or gain light while its power is free, but not a hundredfold.
    const exploded = !(now < 100 * power && now > 0.01 * power);
    // A dark object has a misfit of 1; one a hundred times too bright for the frames is no estimate of anything.
    if (error < 100 && !exploded) return;
    throw new DoselapError("Diverged", `${engine.name} lost its fields in epoch ${index + 1}`, {
      expected: exploded ? "a probe power near its start" : "a misfit below 100",
      got: exploded ? `${(now / power).toPrecision(3)} times the start` : String(error),
      hint: divergedHint(engine, options, run, index),
    });
  }

  function constrain(epoch: Epoch): void {
    const { size, modes } = shape;
    if (epoch.probeActive) {
      if (centres) centre();
      if (kappa > 0 && !remembers) {
        if (levels) levelProbe(views, startProbe, shape);
        const gain = core.probeGain?.(epoch) ?? 1;
        pullToStart(views.probe, startProbe, run.training.length, kappa * gain);
      }
      if (options.probeSupportPx !== null) limitSupport(views.probe, size, options.probeSupportPx);
      if (options.constrainProbePower && !remembers) restoreProbePower(views, power);
      if (options.orthogonalizeModes === true && modes > 1) orthogonalizeModes(views.probe, modes);
    }
    const { amplitudeMin, amplitudeMax, priorWeight } = options;
    if (amplitudeMin !== null || amplitudeMax !== null) {
      limitAmplitude(views.object, amplitudeMin, amplitudeMax);
    }
    if (prior !== undefined && typeof priorWeight === "number" && core.explores?.() !== true) {
      const moves = options.positionStartEpoch !== null;
      // First the light, then the gain: the proximal step needs it too [ENGINE-033].
      const visitsNow = lightUp(epoch.probeActive || moves);
      const gain = core.priorGain?.(visitsNow, epoch) ?? 1;
      prior.apply(views.object, light, priorWeight * gain * epoch.shrink);
    }
    if (options.floatIntensities === true && epoch.index >= options.probeStartEpoch) {
      floatIntensities(run);
    }
    if (epoch.index >= (options.positionStartEpoch ?? Infinity)) {
      correctPositions(run, options);
    }
  }

  /** Brings `light` up to date; returns how many full visits a lit pixel gets in an epoch, on average. */
  function lightUp(stale: boolean): number {
    if (!stale && visits > 0) return visits;
    run.illuminate();
    light.set(views.objectWeight);
    const peak = peakOf(views.probe, shape.size ** 2);
    let [sum, lit] = [0, 0];
    for (const weight of light) {
      if (weight < 0.1 * peak) continue;
      sum += weight;
      lit++;
    }
    visits = lit === 0 ? 1 : sum / lit / peak;
    return visits;
  }

  function centre(): void {
    const shift = centreFields(views, shape);
    if (shift === undefined) return;
    core.moved?.(shift);
    tally.moved(shift);
  }

  /** What a checkpoint holds, live. */
  function liveArrays(): { [name: string]: Float32Array | Float64Array } {
    const { object, probe, x, y, scales } = views;
    const own = Object.fromEntries(
      Object.entries(core.arrays).map(([name, array]) => [`own.${name}`, array]),
    );
    return { object, probe, x, y, scales, ...tally.arrays, ...own };
  }

  return {
    startDeviance: tally.startDeviance,
    step,
    result() {
      const found = tally.result(done);
      closeRun(run, options, found, { startProbe, power, levels });
      const { object, probe, x, y, scales, epoch } = found;
      return {
        object: { height: shape.objectHeight, width: shape.objectWidth, data: object },
        probe,
        positions: { x, y },
        scales,
        epoch,
      };
    },
    checkpoint() {
      const arrays = Object.fromEntries(
        Object.entries(liveArrays()).map(([name, array]) => [name, array.slice()]),
      );
      return { engine: engine.name, epoch: done, arrays };
    },
    restore(checkpoint) {
      const live = liveArrays();
      for (const [name, array] of Object.entries(live)) {
        const stored = checkpoint.arrays[name];
        if (checkpoint.engine === engine.name && stored?.length === array.length) {
          array.set(stored);
          continue;
        }
        throw new DoselapError("Hash", "this checkpoint belongs to another run", {
          key: name,
          expected: `${engine.name} with ${array.length} numbers`,
          got: `${checkpoint.engine} with ${stored?.length ?? "no"} numbers`,
        });
      }
      done = checkpoint.epoch;
      visits = 0;
    },
    dispose: run.session.dispose,
  };
}
