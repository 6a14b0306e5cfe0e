// A problem made ready for the kernels: memory opened, frames stored as the smallest type that holds them, frames split
// into those that are fitted and those that are only scored.

import type { Backend } from "../compute/backend.ts";
import type { CountType, ScanShape, ScanViews } from "../compute/scan-memory.ts";
import type { ScanSession } from "../compute/session.ts";
import { bands, configure, taskParam, type TaskName } from "../compute/tasks.ts";
import { DoselapError } from "../errors.ts";
import { checkProblem } from "./check-problem.ts";
import { readCounts, surveyFrames, type FrameSurvey } from "./counts.ts";
import type { Problem } from "./problem.ts";

export interface ScanRun {
  readonly problem: Problem;
  readonly session: ScanSession;
  readonly shape: ScanShape;
  readonly views: ScanViews;
  /** Frames that are fitted, ascending. */
  readonly training: Int32Array;
  /** Frames that are only scored, ascending. */
  readonly heldOut: Int32Array;
  /** Pixels that count (not masked), per frame. */
  readonly validPixels: Float64Array;
  /** Measured counts in them, per frame. */
  readonly frameCounts: Float64Array;
  /** Expected background counts in them, per frame. */
  readonly frameBackground: Float64Array;
  readonly seed: number;
  /** Calls `body` on consecutive batches of at most `size` frames of a list: their counts are in memory and
   * `params` names the batch. */
  batches(frames: Int32Array, size: number, body: (first: number, count: number) => void): void;
  /** Runs a task on the batch at hand. */
  run(task: TaskName, items: number): void;
  /** Tells the kernels of this thread the likelihood, for calls outside of tasks. */
  configure(): void;
  /** Largest objectWeight after the task `objectBand`. */
  bandPeak(): number;
  /** objectWeight ← Σ_j Aᵀ Σ_m|P_m|² over the training frames. */
  illuminate(): void;
}

export interface OpenOptions {
  readonly backend: Backend;
  readonly seed: number;
  readonly slots: number;
  readonly keepsWaves: boolean;
  readonly heldOut: Int32Array;
  readonly memoryBudgetBytes?: number | undefined;
}

export interface RunPlan extends FrameSurvey {
  readonly shape: Omit<ScanShape, "threads">;
  /** Bytes the run will take. */
  readonly bytes: number;
}

/** Checks a problem and plans its memory: before anything is allocated.
 * @throws Contract, Range, Shape for what cannot be reconstructed, Range for a budget that is too small. */
export function planRun(
  problem: Problem,
  options: Pick<OpenOptions, "backend" | "slots" | "keepsWaves" | "memoryBudgetBytes">,
): RunPlan {
  checkProblem(problem);
  const survey = surveyFrames(problem);
  const slots = Math.max(1, Math.min(options.slots, problem.frames));
  const memory = { ...options, slots, countType: survey.countType };
  const shape = shapeOf(problem, { ...memory, countSlots: slotsWithin(problem, memory) });
  return { ...survey, shape, bytes: options.backend.scanBytes(shape) };
}

/** Checks the problem and loads it. @throws Contract, Range, Shape before any work is done. */
export function openScanRun(problem: Problem, options: OpenOptions): ScanRun {
  const { backend, heldOut, seed } = options;
  const { shape: planned, countType, validPixels, frameCounts, frameBackground } = planRun(problem, options);
  const { slots, countSlots } = planned;
  const session = backend.openScan(planned);
  const { views, shape, kernels } = session;
  const held = new Set(heldOut);
  const training = Int32Array.from({ length: problem.frames }, (_, j) => j).filter((j) => !held.has(j));

  const frame = new Float32Array(shape.size ** 2);
  function load(j: number, slot: number): void {
    readCounts(problem, j, frame, countType !== "float32");
    kernels.loadCounts(slot, frame);
    views.places[j] = slot;
  }
  const streams = countSlots < problem.frames;
  if (!streams) for (let j = 0; j < problem.frames; j++) load(j, j);
  kernels.loadBackground(problem.background ?? new Float32Array(shape.size ** 2));
  if (problem.transfer !== undefined) views.transfer.set(problem.transfer);
  views.probe.set(problem.probe);
  if (problem.object === undefined) for (let i = 0; i < views.object.length; i += 2) views.object[i] = 1;
  else views.object.set(problem.object.data);
  views.x.set(problem.positions.x);
  views.y.set(problem.positions.y);
  views.scales.fill(1);
  if (problem.scales !== undefined) views.scales.set(problem.scales);

  function batches(frames: Int32Array, size: number, body: (first: number, count: number) => void): void {
    views.order.set(frames);
    const step = Math.min(size, countSlots);
    for (let first = 0; first < frames.length; first += step) {
      const count = Math.min(step, frames.length - first);
      if (streams) for (let i = 0; i < count; i++) load(frames[first + i]!, i);
      views.params[taskParam.first] = first;
      views.params[taskParam.count] = count;
      body(first, count);
    }
  }

  function bandPeak(): number {
    let largest = 0;
    for (let b = 0; b < bands; b++) largest = Math.max(largest, views.params[taskParam.bandPeaks + b]!);
    return largest;
  }

  function illuminate(): void {
    views.objectWeight.fill(0);
    views.objectSum.fill(0);
    views.gradients.fill(0);
    batches(training, slots, () => session.run("objectBand", bands));
  }

  return {
    problem,
    session,
    shape,
    views,
    training,
    heldOut,
    validPixels,
    frameCounts,
    frameBackground,
    seed,
    batches,
    run: session.run,
    configure: () => configure(session),
    bandPeak,
    illuminate,
  };
}

function shapeOf(
  { frames, size, probeModes, objectHeight, objectWidth, transfer }: Problem,
  memory: { slots: number; keepsWaves: boolean; countType: CountType; countSlots: number },
): Omit<ScanShape, "threads"> {
  return {
    size,
    modes: probeModes,
    frames,
    objectHeight,
    objectWidth,
    slots: memory.slots,
    waveSlots: memory.keepsWaves ? frames : memory.slots,
    countSlots: memory.countSlots,
    countType: memory.countType,
    nearField: transfer !== undefined,
  };
}

/** Count slots that keep the run within its budget: all frames, or as many as fit beside the rest. */
function slotsWithin(
  problem: Problem,
  options: Omit<OpenOptions, "seed" | "heldOut"> & { countType: CountType },
): number {
  const { backend, memoryBudgetBytes = Infinity, slots } = options;
  const bytesWith = (countSlots: number) => backend.scanBytes(shapeOf(problem, { ...options, countSlots }));
  const whole = bytesWith(problem.frames);
  if (whole <= memoryBudgetBytes) return problem.frames;
  const least = Math.min(problem.frames, slots);
  const smallest = bytesWith(least);
  if (smallest > memoryBudgetBytes) {
    throw new DoselapError("Range", "the memory budget is too small for this scan", {
      key: "memoryBudgetBytes",
      expected: `at least ${smallest} bytes (${whole} hold every frame)`,
      got: String(memoryBudgetBytes),
      hint: "Raise the budget, use fewer probe modes, or an engine that keeps no exit waves.",
    });
  }
  const perSlot = (whole - smallest) / Math.max(1, problem.frames - least);
  return least + Math.floor((memoryBudgetBytes - smallest) / Math.max(perSlot, 1));
}
