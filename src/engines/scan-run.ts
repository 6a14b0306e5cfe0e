// A problem made ready for the kernels: memory opened, frames stored as the smallest type that holds them, frames split
// into those that are fitted and those that are only scored.

import type { ScanShape, ScanViews } from "../compute/scan-memory.ts";
import type { ScanSession } from "../compute/session.ts";
import { bands, configure, taskParam, type TaskName } from "../compute/tasks.ts";
import { checkProblem } from "./check-problem.ts";
import { readCounts, surveyFrames, type FrameSurvey } from "./counts.ts";
import type { ContinuedProblem, Problem } from "./problem.ts";
import { planMemory, type MemoryOptions, type MemoryPlan } from "./scan-plan.ts";

/** A Fourier shift rings far into dark pixels: A*|P|²A is up to 7 times objectWeight there, where a bilinear patch never
 * exceeds it. With this floor it was at most 1.7 times the sum (N = 16 to 256, several probes): steps below 2 contract.
 * [ENGINE-012] */
const leastShiftFloor = 0.15;

export interface ScanRun {
  readonly problem: Problem;
  readonly session: ScanSession;
  readonly shape: ScanShape;
  readonly views: ScanViews;
  /** Frames that are fitted, ascending. */
  readonly training: Int32Array;
  /** Frames that are only scored, ascending. */
  readonly heldOut: Int32Array;
  /** What one look at the frames found. */
  readonly survey: FrameSurvey;
  readonly seed: number;
  /** Calls `body` on consecutive batches of at most `size` frames of a list: their counts are in memory and
   * `params` names the batch. */
  batches(frames: Int32Array, size: number, body: (first: number, count: number) => void): void;
  /** Runs a task on the batch at hand. */
  run(task: Exclude<TaskName, "align" | "lightBand" | "objectBand">, items: number): void;
  /** Adds the batch's illumination to objectWeight and makes ready for its sum, of the waves as they are or of gradients that
   * were made of them: `sumObject`, or a task that sums and uses the bands. Gradients of a Fourier shift are used up by it. */
  lightObject(of: "waves" | "gradients"): void;
  /** `lightObject`, and adds the batch to objectSum. */
  sumObject(of?: "waves" | "gradients"): void;
  /** Tells the kernels of this thread the likelihood, for calls outside of tasks. */
  configure(): void;
  /** Largest objectWeight after `lightObject`. */
  bandPeak(): number;
  /** What to add to objectWeight when it divides a step that nothing else bounds: a fraction of `bandPeak`, at least
   * {@link leastShiftFloor} of it between pixels of a Fourier shift. */
  objectFloor(fraction: number): number;
  /** objectWeight ← Σ_j Aᵀ Σ_m|P_m|² over the training frames. */
  illuminate(): void;
}

export interface OpenOptions extends MemoryOptions {
  readonly seed: number;
  readonly heldOut: Int32Array;
  /** What an earlier look at these frames found; absent: they are looked at now. */
  readonly survey?: FrameSurvey | undefined;
}

export type RunPlan = MemoryPlan & { readonly survey: FrameSurvey };

/** Checks a problem and plans its memory: before anything is allocated.
 * @throws Contract, Range, Shape for what cannot be reconstructed, Range for a budget that is too small. */
export function planRun(problem: Problem, options: MemoryOptions & Pick<OpenOptions, "survey">): RunPlan {
  checkProblem(problem);
  const survey = options.survey ?? surveyFrames(problem);
  return { survey, ...planMemory(problem, { ...options, countType: survey.countType }) };
}

/** Checks the problem and loads it. @throws Contract, Range, Shape before any work is done. */
export function openScanRun(problem: ContinuedProblem, options: OpenOptions): ScanRun {
  const { backend, heldOut, seed } = options;
  const plan = planRun(problem, options);
  const { shape: planned, residentFrames, survey } = plan;
  const { countType } = survey;
  const { slots } = planned;
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
  for (let j = 0; j < residentFrames; j++) load(j, j);
  kernels.loadBackground(problem.background ?? new Float32Array(shape.size ** 2));
  if (problem.transfer !== undefined) views.transfer.set(problem.transfer);
  views.probe.set(problem.probe);
  if (problem.object === undefined) for (let i = 0; i < views.object.length; i += 2) views.object[i] = 1;
  else views.object.set(problem.object.data);
  const { x, y } = problem.startPositions ?? problem.positions;
  views.x.set(x);
  views.y.set(y);
  views.scales.fill(1);
  if (problem.scales !== undefined) views.scales.set(problem.scales);

  function batches(frames: Int32Array, size: number, body: (first: number, count: number) => void): void {
    views.order.set(frames);
    const step = residentFrames < problem.frames ? Math.min(size, slots) : size;
    for (let first = 0; first < frames.length; first += step) {
      const count = Math.min(step, frames.length - first);
      let slot = residentFrames;
      for (let i = first; i < first + count; i++) if (frames[i]! >= residentFrames) load(frames[i]!, slot++);
      views.params[taskParam.first] = first;
      views.params[taskParam.count] = count;
      body(first, count);
    }
  }

  /** Whether any fitted frame lies between pixels and is shifted there. */
  function shifts(): boolean {
    if (shape.subPixel === "bilinear") return false;
    const between = (at: number) => at !== Math.round(at);
    return training.some((j) => between(views.x[j]!) || between(views.y[j]!));
  }

  function lightObject(of: "waves" | "gradients"): void {
    const count = views.params[taskParam.count]!;
    const shifted = shifts();
    // A shifted gradient has to be whole before bands of it are added.
    if (shifted && of === "waves") session.run("waveGradient", count);
    if (shifted) session.run("align", count);
    views.params[taskParam.ofGradients] = shifted || of === "gradients" ? 1 : 0;
    kernels.measureProbe();
    session.run("lightBand", bands);
  }

  function sumObject(of: "waves" | "gradients" = "waves"): void {
    lightObject(of);
    session.run("objectBand", bands);
  }

  function bandPeak(): number {
    let largest = 0;
    for (let b = 0; b < bands; b++) largest = Math.max(largest, views.params[taskParam.bandPeaks + b]!);
    return largest;
  }

  function objectFloor(fraction: number): number {
    return (shifts() ? Math.max(fraction, leastShiftFloor) : fraction) * bandPeak();
  }

  function illuminate(): void {
    views.objectWeight.fill(0);
    kernels.measureProbe();
    batches(training, slots, () => session.run("lightBand", bands));
  }

  return {
    problem,
    session,
    shape,
    views,
    training,
    heldOut,
    survey,
    seed,
    batches,
    run: session.run,
    lightObject,
    sumObject,
    configure: () => configure(session),
    bandPeak,
    objectFloor,
    illuminate,
  };
}
