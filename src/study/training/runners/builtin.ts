// Our own trainer: trains the arm's network on the training half, keeps it as a bundle in the job's folder, and infers the
// test half with the bundle as it was read back. One thread and one build of the kernels: the same bytes on every run.

import { join } from "node:path";
import { ndarray } from "../../../array/ndarray.ts";
import { takePositions } from "../../../array/scan.ts";
import { openBackend } from "../../../compute/node.ts";
import { readDataset } from "../../../data/read.ts";
import { DoselapError, isDoselapError } from "../../../errors.ts";
import { sha256File } from "../../../io/hash.ts";
import { writeNpz } from "../../../io/npz.ts";
import type { ArmContext, Trained } from "../../../nn/arms/arm.ts";
import { networkArms, type NetworkArmName } from "../../../nn/arms/registry.ts";
import { loadBundle, saveBundle } from "../../../nn/bundle/bundle.ts";
import { openNodeRuntime } from "../../../nn/runtime/node.ts";
import type { Runtime } from "../../../nn/runtime/runtime.ts";
import { partOf } from "../../../nn/training/progress.ts";
import type { ScanTask } from "../../../nn/training/scan-task.ts";
import { contrastText } from "../../../nn/inference/calibrated.ts";
import { inferDataset } from "../../infer.ts";
import { lightFitTexts } from "../../../engines/fitted-light.ts";
import { scanTaskOf } from "../../scan-task.ts";
import { groupFrames, type Grouping } from "../../views/grouping.ts";
import { subsampleFrames } from "../../views/subsample.ts";
import type { TrainingConfig } from "../config.ts";
import { reconstructionFile } from "./reconstruction.ts";
import type { RunnerCall, RunnerResult, TrainingRunner } from "./runner.ts";

/** Folder of the bundle in the job's folder; and of the last good state, were it the start, when training loses its numbers. */
const bundleFolder = "model";
const lastGoodFolder = "model-last-good";

/** Share of a job's progress that training takes; the rest is inference. */
const trainingShare = 0.9;

export interface BuiltinOptions {
  /** What computes the networks; the processor by default. */
  readonly openRuntime?: (() => Promise<Runtime>) | undefined;
}

/** The runner. It throws Contract, Range for data that cannot be trained on, Diverged, after the last good state was saved,
 * Interrupted, Compute. */
export function builtinRunner({ openRuntime = openNodeRuntime }: BuiltinOptions = {}): TrainingRunner {
  return async (call) => trainAndInfer(call, await openRuntime());
}

async function trainAndInfer(
  { job, config, log, signal, progress, keeper }: RunnerCall,
  runtime: Runtime,
): Promise<RunnerResult> {
  const arm = networkArms[config.arm as NetworkArmName];
  const options = arm.options.parse(config.method);
  const { batchSize, nepochs: epochs, learningRate } = config;
  const schedule = { epochs, batchSize, learningRate };
  const context: ArmContext = {
    seed: config.npseed,
    runtime,
    backend: openBackend({ kernels: "simd", threads: 1 }),
    threads: 1,
    log: (line) => log.line(line),
    progress: partOf(progress, { from: 0, to: trainingShare }),
    signal,
    keeper,
  };
  const { name, provider, blockChannels } = runtime;
  const layout = blockChannels === undefined ? "plain" : `blocks of ${blockChannels} channels`;
  log.line(`runtime: ${name} ${provider}, threads 1, layout of training: ${layout}`);

  const { dataset } = await readDataset(job.trainDataPath);
  const task = scanTaskOf(dataset, { file: job.trainDataPath });
  for (const text of lightFitTexts(task.lightFit)) log.line(`training: ${text}`);
  const { groups, usable } = trainingGroups(task, config);
  // What is really used, which need not be what was said (F-06): the dose is the data's own.
  const course = { schedule: options.schedule, warmUpSteps: options.warmUpSteps };
  const { count, groupSize, neighborsUsed } = groups;
  const echoed = {
    ...schedule,
    ...course,
    frames: usable.length,
    groups: count,
    groupSize,
    neighbors: neighborsUsed,
    dose: task.dosePhotons,
  };
  log.line(`effective: ${JSON.stringify({ ...echoed, seed: context.seed })}`);
  let lastGood: Trained | undefined;
  const keep = (found: Trained): void => void (lastGood = found);
  let trained: Trained;
  try {
    trained = await arm.train({ ...task, groups, usable }, options, { ...context, schedule, keep });
  } catch (error) {
    if (lastGood !== undefined && isDoselapError(error, "Diverged")) {
      await saveBundle(join(job.artifactDir, lastGoodFolder), { arm, options, schedule, trained: lastGood });
      const { bestEpoch } = lastGood.fit;
      log.line(`kept: ${lastGoodFolder}, epoch ${bestEpoch}`);
      const which = bestEpoch === 0 ? "those that training began with" : `those of epoch ${bestEpoch}`;
      const { hint, ...context } = error.context;
      const kept = `The last good weights, ${which}, are in ${lastGoodFolder}/ of the job's folder.`;
      throw new DoselapError("Diverged", error.headline, {
        ...context,
        hint: hint === undefined ? kept : `${hint} ${kept}`,
        cause: error,
      });
    }
    throw error;
  }
  const { bestEpoch, levels, trainingLevels, history, chosenOn, seed, restarts } = trained.fit;
  log.line(`best: epoch ${bestEpoch} of ${history.length}, seed ${seed}`);
  const folder = join(job.artifactDir, bundleFolder);
  await saveBundle(folder, { arm, options, schedule, trained });

  const { dataset: scored } = await readDataset(job.testDataPath);
  const { object, contrast, warnings } = await inferDataset(await loadBundle(folder), scored, {
    file: job.testDataPath,
    runtime,
    threads: context.threads,
    neighborCount: config.neighborCount,
    // One seed for all that inference draws, so that `doselap infer` with it gives the same object.
    seed: config.groupingSeed,
    progress: partOf(progress, { from: trainingShare, to: 1 }),
    signal,
  });
  for (const warning of warnings) log.line(`inference: ${warning}`);
  if (contrast !== undefined) log.line(`inference: ${contrastText(contrast)}`);
  progress?.(1, "inference");
  const file = join(job.artifactDir, reconstructionFile);
  await writeNpz(file, { objectGuess: ndarray("complex64", [object.height, object.width], object.data) });
  const best = history[bestEpoch - 1];
  return {
    reconstruction: reconstructionFile,
    reconstructionSha256: await sha256File(file),
    objectShape: [object.height, object.width],
    bundle: bundleFolder,
    metrics: {
      bestEpoch,
      loss: best?.loss ?? null,
      validation: best?.validation ?? null,
      levels,
      trainingLevels: trainingLevels ?? {},
      ...(chosenOn === undefined ? {} : { chosenOn }),
      spread: best?.spread ?? null,
      deadUnits: best?.deadUnits ?? null,
      ...(contrast === undefined ? {} : { contrast: { ...contrast } }),
      seed,
      // A run that began once says nothing of it.
      ...(restarts === 0 ? {} : { restarts }),
    },
  };
}

/** The groups that the views stage made for the training half, from the same seeds, and the frames that were kept for them. */
function trainingGroups(
  { problem: { positions } }: ScanTask,
  config: TrainingConfig,
): { readonly groups: Grouping; readonly usable: Int32Array } {
  const { model, neighborCount, nGroups, nSubsample, groupingSeed, subsampleSeed, enableOversampling } =
    config;
  const rows = subsampleFrames(positions.x.length, nSubsample, subsampleSeed);
  const grouped = groupFrames(takePositions(positions, rows), {
    gridsize: model.gridsize,
    neighborCount,
    groupCount: nGroups,
    seed: groupingSeed,
    enableOversampling,
  });
  return { groups: { ...grouped, groups: grouped.groups.map((row) => rows[row]!) }, usable: rows };
}
