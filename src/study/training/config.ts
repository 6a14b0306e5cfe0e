// What a trainer is told. Every number that changes a result is in here, resolved: nothing is left to a trainer's own
// defaults (F-05, F-06). What only changes how fast it runs is ExecutionConfig, which never meets the bridge (CONFIG-002).

import { DoselapError } from "../../errors.ts";
import type { NetworkArm } from "../../nn/arms/arm.ts";
import { scheduleOf } from "../../nn/arms/options.ts";
import { isNetworkArm, networkArmNames, networkArms } from "../../nn/arms/registry.ts";
import type { NodeProvider } from "../../nn/runtime/node.ts";
import type { StudyDesign } from "../design/schema.ts";
import type { DatasetFacts } from "./dataset-facts.ts";
import type { TrainingJob } from "./job.ts";
import { withStudyObjects } from "./study-objects.ts";

export interface ModelConfig {
  /** Side of a frame, pixels; read from the data. */
  readonly N: number;
  readonly gridsize: 1 | 2;
  readonly modelType: "pinn" | "supervised";
  /** The frames of a group see one object between them. */
  readonly objectBig: boolean;
  /** The model solves the whole N × N patch, not only its centre. */
  readonly probeBig: boolean;
  readonly probeMask: boolean;
  /** Kept at the value of the reference study; the stored probe is calibrated already. */
  readonly probeScale: number;
  readonly padObject: boolean;
  readonly gaussianSmoothingSigma: number;
}

/** Who computes: our own trainer, or the family of an external one. */
export type TrainingBackend = "builtin" | "pytorch" | "tensorflow";

export interface TrainingConfig {
  readonly model: ModelConfig;
  /** Options of the arm, defaults filled in: what only our own trainer reads. */
  readonly method: { readonly [option: string]: unknown };
  readonly arm: string;
  readonly backend: TrainingBackend;
  /** What our own trainer computes on when it is not the processor. */
  readonly provider?: Exclude<NodeProvider, "cpu"> | undefined;
  readonly trainDataFile: string;
  readonly testDataFile: string;
  readonly outputDir: string;
  /** The job's dose: photons per frame. */
  readonly nphotons: number;
  /** K: a group's other members are chosen among this many nearest frames. */
  readonly neighborCount: number;
  /** Groups drawn per epoch. */
  readonly nGroups: number;
  /** Frames kept before grouping. */
  readonly nSubsample: number;
  /** OVERSAMPLING-001: more groups than frames are wanted. */
  readonly enableOversampling: boolean;
  readonly groupingSeed: number;
  readonly subsampleSeed: number;
  readonly simulationSeed: number;
  /** What legacy code seeds numpy's global generator with: the replicate's simulation seed. */
  readonly npseed: number;
  /** Groups per step, at most {@link nGroups}. */
  readonly batchSize: number;
  readonly nepochs: number;
  readonly learningRate: number;
  readonly positionsProvided: boolean;
  /** The arm's option `probe: trained`. */
  readonly probeTrainable: boolean;
  /** Of legacy trainers, whose object has an arbitrary scale; ours keeps the dose's. */
  readonly intensityScaleTrainable: boolean;
}

/** How a job is executed. No result depends on it. */
export interface ExecutionConfig {
  /** Threads that the trainer may use; its own choice when absent. */
  readonly threads?: number | undefined;
  /** Wall-clock limit, milliseconds; none when absent. */
  readonly timeoutMs?: number | undefined;
  /** Time between SIGTERM and SIGKILL, milliseconds. */
  readonly killGraceMs?: number | undefined;
}

/** The configuration of a job: design and data, resolved and frozen.
 * @throws Design when the seed, the arm or the group counts do not fit the design and the data. */
export function buildTrainingConfig(
  job: TrainingJob,
  design: StudyDesign,
  {
    sizePx,
    frames,
    backend = "pytorch",
    provider = "cpu",
  }: Pick<DatasetFacts, "sizePx" | "frames"> & {
    readonly backend?: TrainingBackend | undefined;
    readonly provider?: NodeProvider | undefined;
  },
): TrainingConfig {
  const { training, seeds } = design;
  const replicate = replicateOf(job, design);
  const nSubsample = training.subsampleCount ?? frames;
  const nGroups = training.groupCount ?? nSubsample;
  checkCounts({ nSubsample, nGroups, frames }, job, design);
  const network = networkArmOf(job.arm);
  const method = withStudyObjects(network.options.parse(design.methods[job.arm] ?? {}), design);
  const schedule = scheduleOf(method, training);
  const model: ModelConfig = Object.freeze({
    N: sizePx,
    gridsize: job.gridsize,
    modelType: network.needsLabels ? "supervised" : "pinn",
    objectBig: true,
    probeBig: true,
    probeMask: false,
    probeScale: 4,
    padObject: true,
    gaussianSmoothingSigma: 0,
  });
  return Object.freeze({
    model,
    method: Object.freeze(method),
    arm: job.arm,
    backend,
    ...(provider === "cpu" ? {} : { provider }),
    trainDataFile: job.trainDataPath,
    testDataFile: job.testDataPath,
    outputDir: job.artifactDir,
    nphotons: job.dose,
    neighborCount: design.neighborCount,
    nGroups,
    nSubsample,
    enableOversampling: design.enableOversampling,
    groupingSeed: seeds.grouping + replicate,
    subsampleSeed: seeds.subsampling + replicate,
    simulationSeed: seeds.simulation + replicate,
    npseed: seeds.simulation + replicate,
    // A step of more groups than there are would see some of them twice.
    batchSize: Math.min(schedule.batchSize, nGroups),
    nepochs: schedule.epochs,
    learningRate: schedule.learningRate,
    positionsProvided: true,
    probeTrainable: "probe" in method && method.probe === "trained",
    intensityScaleTrainable: true,
  });
}

/** Replicate r uses every seed of the design plus r; the job carries the simulation seed. */
function replicateOf({ seed }: TrainingJob, { seeds, replicates }: StudyDesign): number {
  const replicate = seed - seeds.simulation;
  if (Number.isInteger(replicate) && replicate >= 0 && replicate < replicates) return replicate;
  throw new DoselapError("Design", "the job's seed belongs to no replicate of the design", {
    key: "seed",
    expected: `${seeds.simulation} to ${seeds.simulation + replicates - 1}`,
    got: String(seed),
  });
}

function networkArmOf(arm: string): NetworkArm {
  if (isNetworkArm(arm)) return networkArms[arm];
  throw new DoselapError("Design", "is not a network arm", {
    key: "arm",
    expected: networkArmNames.join(", "),
    got: arm,
  });
}

function checkCounts(
  { nSubsample, nGroups, frames }: { nSubsample: number; nGroups: number; frames: number },
  { gridsize, trainDataPath }: TrainingJob,
  { enableOversampling, neighborCount }: StudyDesign,
): void {
  if (nSubsample > frames) {
    throw new DoselapError("Design", "more frames are asked for than there are", {
      file: trainDataPath,
      key: "training.subsampleCount",
      expected: `at most ${frames}`,
      got: String(nSubsample),
    });
  }
  const groupSize = gridsize ** 2;
  if (neighborCount < groupSize) {
    throw new DoselapError("Design", "K must be at least C = gridsize²", {
      key: "neighborCount",
      expected: `at least ${groupSize}`,
      got: String(neighborCount),
      finding: "OVERSAMPLING-001",
    });
  }
  if (nGroups > nSubsample && !enableOversampling) {
    throw new DoselapError("Design", "more groups are asked for than there are frames", {
      file: trainDataPath,
      key: "training.groupCount",
      expected: `at most ${nSubsample}`,
      got: String(nGroups),
      finding: "OVERSAMPLING-001",
      hint: "Set enableOversampling: true if that is meant.",
    });
  }
}
