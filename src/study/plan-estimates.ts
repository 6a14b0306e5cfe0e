// What each job will cost: bytes it leaves, operations, seconds on one core. Orders of magnitude, from counts of the
// dominant operations and the speeds below; they are measured once on a 2-core machine and stand in the plan's notes.

import { mostEpochs } from "../engines/chain-order.ts";
import { prepareEngine } from "../engines/prepare.ts";
import type { Cell } from "./cell.ts";
import { armDefinition } from "./arms.ts";
import type { StudyDesign } from "./design/schema.ts";
import { scheduleOf } from "../nn/arms/options.ts";
import { judgingFrames } from "../nn/inference/calibrated.ts";
import { isNetworkArm, networkArms } from "../nn/arms/registry.ts";
import { epochsOf } from "../nn/training/rate-course.ts";
import { chainOptions, hybridOptions, stepsOptions } from "./methods.ts";
import { trainedArms } from "./training/build.ts";

export interface Estimate {
  readonly bytes: number;
  readonly flops: number;
  readonly seconds: number;
}

export interface PlannedJob {
  readonly stage: "plan" | "generate" | "views" | "train" | "reconstruct" | "compare" | "report";
  readonly dose: number | null;
  readonly view: string | null;
  readonly gridsize: 1 | 2 | null;
  readonly arm: string | null;
  readonly seed: number | null;
  readonly estimate: Estimate;
}

/** What the estimates need to know of a cell. */
export interface CellSize {
  readonly sizePx: number;
  readonly probeModes: number;
  readonly probeDiameterPx: number;
  readonly objectPixels: number;
  /** Object area per frame, px². */
  readonly areaPerFramePx: number;
  /** Frames that are simulated or thinned. */
  readonly frames: number;
  /** Frames that networks train on. */
  readonly framesTrain: number;
  /** Frames that every arm reconstructs. */
  readonly framesTest: number;
  /** An earlier cell has the same frames: what engines make of them is copied from there. Default: no. */
  readonly isTwin?: boolean | undefined;
}

/** Floating point operations per second of the engines' WebAssembly kernels, one core: 60 µs per visit of a 64 px frame, the
 * prior's work on the object included. */
const kernelSpeed = 12e9;
/** The same for plain JavaScript: simulation and comparison. */
const scriptSpeed = 0.5e9;
/** What one epoch of an engine costs per frame, in visits of PIE (two transforms and 60 operations per pixel); 1 where
 * none is named. Waves that are kept, steps solved for a batch, a second pass of the line search. */
const visitsPerEpoch: { readonly [name: string]: number } = {
  dm: 1.2,
  raar: 1.2,
  lsqml: 1.6,
  ml: 2.5,
};
/** Operations per second of networks, training and inference: 42 to 67 GFLOP/s by width of the network and size of the group. */
const networkSpeed = 50e9;

/** The assumptions, as the plan prints them. */
export const estimateNotes: readonly string[] = [
  `Times are for one core: engines at ${kernelSpeed / 1e9} GFLOP/s, simulation and comparison at ${scriptSpeed / 1e9} GFLOP/s, networks at ${networkSpeed / 1e9} GFLOP/s.`,
  "Bytes are before compression.",
];

/** Visits of each frame that an engine with these options makes. */
export type EngineVisits = (spec: string, options: { readonly [key: string]: unknown }) => number;
type Sized = CellSize & { readonly visitsOf: EngineVisits };

/** Works each engine out once: a plan asks for every one of its jobs. */
export function engineVisits(): EngineVisits {
  const known = new Map<string, number>();
  return (spec, options) => {
    const key = `${spec}\n${JSON.stringify(options)}`;
    const visits = known.get(key) ?? visitsPerFrame(spec, options);
    known.set(key, visits);
    return visits;
  };
}

/** Every job of one cell, in the order of the stages. The null arm is always there. */
export function cellJobs(
  cell: Cell,
  design: StudyDesign,
  size: CellSize,
  visitsOf: EngineVisits = engineVisits(),
): PlannedJob[] {
  const scored = design.arms.includes("null") ? design.arms : [...design.arms, "null"];
  const { dose, view, gridsize, seed } = cell;
  const job = (stage: PlannedJob["stage"], arm: string | null, estimate: Estimate): PlannedJob => ({
    stage,
    dose,
    view,
    gridsize,
    arm,
    seed,
    estimate,
  });
  return [
    job("generate", null, generateCost(design, size)),
    job("views", null, viewsCost(gridsize, size)),
    ...trainedArms(design).map((arm) =>
      job("train", arm, trainCost(arm, design, cell, { ...size, visitsOf })),
    ),
    ...scored.map((arm) =>
      job("reconstruct", arm, reconstructCost(arm, design, cell, { ...size, visitsOf })),
    ),
    job("compare", null, compareCost(scored.length, size)),
  ];
}

/** A job that belongs to no cell, and costs next to nothing. */
export function studyJob(stage: "plan" | "report", bytes: number): PlannedJob {
  return {
    stage,
    dose: null,
    view: null,
    gridsize: null,
    arm: null,
    seed: null,
    estimate: { bytes, flops: 0, seconds: 1 },
  };
}

export function totalOf(jobs: readonly PlannedJob[]): Estimate & { readonly jobs: number } {
  const sum = { jobs: jobs.length, bytes: 0, flops: 0, seconds: 0 };
  for (const { estimate } of jobs) {
    sum.bytes += estimate.bytes;
    sum.flops += estimate.flops;
    sum.seconds += estimate.seconds;
  }
  return sum;
}

function cost(bytes: number, flops: number, speed = scriptSpeed): Estimate {
  return { bytes: Math.round(bytes), flops: Math.round(flops), seconds: flops / speed };
}

/** One N×N transform: 5 n log₂ n for n = N². */
function fftFlops(sizePx: number): number {
  return 10 * sizePx ** 2 * Math.log2(sizePx);
}

/** A frame is one transform and N² Poisson draws of about 100 operations; a measured one N² binomial draws, three times. */
function generateCost(
  { kind }: StudyDesign,
  { sizePx, frames, probeModes, objectPixels }: CellSize,
): Estimate {
  const copies = kind === "measured" ? 3 : 1;
  const bytes = copies * frames * sizePx ** 2 * 4 + 2 * objectPixels * 8 + probeModes * sizePx ** 2 * 8;
  return cost(bytes, copies * frames * (fftFlops(sizePx) * probeModes + 100 * sizePx ** 2));
}

function viewsCost(gridsize: 1 | 2, { framesTrain, framesTest }: CellSize): Estimate {
  const frames = framesTrain + framesTest;
  return cost(frames * gridsize ** 2 * 4, frames * 10_000);
}

/** A training job also infers the scored frames, twice those that judge its contrast: all, or some where an engine runs. */
function trainCost(
  arm: string,
  design: StudyDesign,
  { gridsize, dose: dosePhotons }: Cell,
  size: Sized,
): Estimate {
  if (!isNetworkArm(arm) || (design.kind === "measured" && networkArms[arm].needsLabels)) return cost(0, 0);
  const { training, methods } = design;
  const { framesTrain, framesTest } = size;
  const network = networkArms[arm];
  const options = network.options.parse(methods[arm] ?? {});
  const { epochs: asked, batchSize } = scheduleOf(options, training);
  const { leastSteps } = options;
  const usable = Math.min(training.subsampleCount ?? Infinity, framesTrain);
  const items = training.groupCount ?? usable;
  const epoch = { items: { length: network.mostItems(items, options) }, batchSize };
  const epochs = epochsOf({ epochs: asked, leastSteps }, epoch);
  const scan = { ...size, groupSize: gridsize ** 2, dosePhotons, items, scoredFrames: framesTest };
  const { parameters, epochFlops, inferenceFlops, engine } = network.cost(scan, options);
  const inferred = framesTest + Math.min(framesTest, engine === undefined ? Infinity : judgingFrames);
  const learned = epochs * epochFlops + (inferred / framesTest) * inferenceFlops;
  const solved =
    engine === undefined
      ? 0
      : engineFlops(engine.spec, engine.options, {
          ...size,
          framesTest: engine.runs * usable + inferred,
        });
  return {
    // Once as weights, once inside the model; and the object.
    bytes: Math.round(2 * 4 * parameters + size.objectPixels * 8),
    flops: Math.round(learned + solved),
    seconds: learned / networkSpeed + solved / kernelSpeed,
  };
}

function reconstructCost(arm: string, design: StudyDesign, { dose }: Cell, size: Sized): Estimate {
  const { sizePx, probeModes, objectPixels, framesTest } = size;
  const bytes = objectPixels * 8 + probeModes * sizePx ** 2 * 8;
  const definition = armDefinition(arm);
  switch (definition.kind) {
    case "null":
      return cost(bytes, 0);
    // What a training job left is copied: it inferred the scored frames already.
    case "network":
      return cost(bytes, 0);
    case "baseline": {
      // Some steps on one frame, and a patch laid at every position.
      if (definition.baseline === "mean-pattern") return cost(bytes, framesTest * sizePx ** 2 * 50);
      const { steps } = stepsOptions(design.methods, dose);
      return cost(bytes, steps * framesTest * visitFlops(size), kernelSpeed);
    }
    case "hybrid": {
      const { engine, engineOptions } = hybridOptions(design.methods["hybrid"] ?? {});
      return cost(bytes, engineFlops(engine, engineOptions, size), kernelSpeed);
    }
    case "chain": {
      if (size.isTwin === true) return cost(bytes, 0);
      const { engine, engineOptions } = chainOptions(design.methods);
      return cost(bytes, engineFlops(engine, engineOptions, size), kernelSpeed);
    }
    case "engine": {
      const { engine } = definition;
      if (size.isTwin === true) return cost(bytes, 0);
      // A measured scan is also reconstructed from its two halves.
      const copies = design.kind === "measured" ? 3 : 1;
      const flops = copies * engineFlops(engine, design.engines[engine] ?? {}, size);
      return cost(copies * bytes, flops, kernelSpeed);
    }
    default:
      return definition satisfies never;
  }
}

/** One PIE visit: two transforms and 60 operations per pixel, per mode. */
function visitFlops({ sizePx, probeModes }: CellSize): number {
  return probeModes * (2 * fftFlops(sizePx) + 60 * sizePx ** 2);
}

function engineFlops(spec: string, options: { readonly [key: string]: unknown }, size: Sized): number {
  return size.visitsOf(spec, options) * size.framesTest * visitFlops(size);
}

function visitsPerFrame(spec: string, options: { readonly [key: string]: unknown }): number {
  const { links } = prepareEngine(spec, options);
  const epochs = mostEpochs(links, (link) => link.options.heldOutFraction > 0);
  return links.reduce((sum, { engine }, k) => sum + epochs[k]! * (visitsPerEpoch[engine.name] ?? 1), 0);
}

/** Registration, SSIM on several scales and FRC take some 3000 operations per pixel and arm. */
function compareCost(arms: number, { objectPixels }: CellSize): Estimate {
  return cost((arms + 2) * objectPixels * 8, arms * objectPixels * 3000);
}
