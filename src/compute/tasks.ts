// What threads do: each task is a loop body over independent items, written once and run by one thread or several.
// An item writes only what is its own (a slot, a band of rows, a range of pixels) and sums in frame order, so that
// results do not depend on how many threads there are or who takes which item.

import type { ScanKernels } from "./scan-kernels.ts";
import { sumsPerFrame, type ScanShape, type ScanViews } from "./scan-memory.ts";

/** Numbers of the task at hand, read from `params` at these places (the first eight are the kernels' own). */
export const taskParam = {
  /** The batch is order[first … first + count). */
  first: 8,
  count: 9,
  /** Relaxation of DM and RAAR. */
  relax: 10,
  /** 1 when waves are kept by frame, 0 when by slot. */
  waveOfFrame: 11,
  /** 1 for the Poisson likelihood, 0 for amplitudes. */
  poisson: 12,
  darkCounts: 13,
  /** 1 when objectSum is made of `gradients`, 0 when of the waves. */
  ofGradients: 14,
  /** Largest objectWeight of each band, written by `lightBand`: `bands` numbers from here on. */
  bandPeaks: 16,
  /** `objectApply`, `objectDirection` and `objectMove`, see batch-kernels.ts. */
  step: 32,
  keep: 33,
  floor: 34,
  /** Written by `objectDirection`: `bands` numbers from here on. */
  bandSums: 40,
} as const;

/** What a thread needs to run tasks. */
export interface TaskScope {
  readonly shape: ScanShape;
  readonly views: ScanViews;
  readonly kernels: ScanKernels;
}

type Task = (scope: TaskScope, item: number) => void;

/** Bands of object rows and ranges of probe pixels: more than any number of threads, so that nobody waits long. */
export const bands = 16;

function frameOf({ views }: TaskScope, item: number): number {
  return views.order[views.params[taskParam.first]! + item]!;
}

function gatherFrame({ views, kernels }: TaskScope, slot: number, frame: number): void {
  kernels.gather(slot, views.x[frame]!, views.y[frame]!);
}

function waveSlotOf({ views }: TaskScope, slot: number, frame: number): number {
  return views.params[taskParam.waveOfFrame] === 1 ? frame : slot;
}

/** First row of a band of the object. */
function bandStart(item: number, { objectHeight }: ScanShape): number {
  return Math.floor((item * objectHeight) / bands);
}

/** First and one-past-last pixel of a band. */
function bandOf(item: number, shape: ScanShape): readonly [number, number] {
  return [bandStart(item, shape) * shape.objectWidth, bandStart(item + 1, shape) * shape.objectWidth];
}

/** Reads likelihood and ε anew: every thread must use the settings of the moment. */
export function configure({ views, kernels }: TaskScope): void {
  kernels.configure({
    likelihood: views.params[taskParam.poisson] === 1 ? "poisson" : "amplitude",
    darkCounts: views.params[taskParam.darkCounts]!,
  });
}

/** objectSum of a band: gradients that are kept, or those of the waves. */
function sumBand(scope: TaskScope, item: number): void {
  const { views, kernels, shape } = scope;
  const start = bandStart(item, shape);
  const end = bandStart(item + 1, shape);
  const count = views.params[taskParam.count]!;
  const ofGradients = views.params[taskParam.ofGradients] === 1;
  for (let slot = 0; slot < count; slot++) {
    const frame = frameOf(scope, slot);
    const x = views.x[frame]!;
    const y = views.y[frame]!;
    if (ofGradients) kernels.addGradient(slot, x, y, start, end);
    else kernels.addWave(waveSlotOf(scope, slot, frame), x, y, start, end);
  }
}

export const taskTable = [
  {
    name: "correct",
    run(scope, item) {
      const { views, kernels } = scope;
      const frame = frameOf(scope, item);
      configure(scope);
      gatherFrame(scope, item, frame);
      kernels.correct(item, waveSlotOf(scope, item, frame), views.places[frame]!, frame);
    },
  },
  {
    name: "reflect",
    run(scope, item) {
      const { views, kernels } = scope;
      const frame = frameOf(scope, item);
      const relax = views.params[taskParam.relax]!;
      configure(scope);
      gatherFrame(scope, item, frame);
      kernels.reflect(item, waveSlotOf(scope, item, frame), views.places[frame]!, frame, relax);
    },
  },
  {
    name: "score",
    run(scope, item) {
      const { views, kernels } = scope;
      const frame = frameOf(scope, item);
      configure(scope);
      gatherFrame(scope, item, frame);
      kernels.score(item, views.places[frame]!, frame);
    },
  },
  {
    name: "gather",
    run: (scope, item) => gatherFrame(scope, item, frameOf(scope, item)),
  },
  {
    // gradients[slot] from waves that are kept.
    name: "waveGradient",
    run(scope, item) {
      scope.kernels.gradient(item, waveSlotOf(scope, item, frameOf(scope, item)));
    },
  },
  {
    // gradients[slot] -= Σ_m|P_m|²·patches[slot]: what the overlap still lacks.
    name: "overlapResidual",
    run({ views, shape }, item) {
      const { probe, patches, gradients } = views;
      const numbers = 2 * shape.size ** 2;
      const at = item * numbers;
      for (let i = 0; i < numbers; i += 2) {
        let power = 0;
        for (let p = i; p < probe.length; p += numbers) power += probe[p]! ** 2 + probe[p + 1]! ** 2;
        gradients[at + i] = gradients[at + i]! - power * patches[at + i]!;
        gradients[at + i + 1] = gradients[at + i + 1]! - power * patches[at + i + 1]!;
      }
    },
  },
  {
    // gradients[slot] onto whole pixels: once, after all else that is done to them, before any band of the object.
    name: "align",
    run(scope, item) {
      const { views, kernels } = scope;
      const frame = frameOf(scope, item);
      kernels.align(item, views.x[frame]!, views.y[frame]!);
    },
  },
  {
    // objectWeight of a band, and its largest number.
    name: "lightBand",
    run(scope, item) {
      const { views, kernels, shape } = scope;
      const start = bandStart(item, shape);
      const end = bandStart(item + 1, shape);
      const count = views.params[taskParam.count]!;
      for (let slot = 0; slot < count; slot++) {
        const frame = frameOf(scope, slot);
        kernels.addLight(views.x[frame]!, views.y[frame]!, start, end);
      }
      const [from, to] = bandOf(item, shape);
      views.params[taskParam.bandPeaks + item] = kernels.lightPeak(from, to);
    },
  },
  {
    name: "objectBand",
    run: sumBand,
  },
  {
    // The band is summed and used while it is in the second-level cache.
    name: "objectApply",
    run(scope, item) {
      const { step, keep, floor } = taskParam;
      const { params } = scope.views;
      const [from, to] = bandOf(item, scope.shape);
      sumBand(scope, item);
      scope.kernels.applyObject(from, to, params[step]!, params[keep]!, params[floor]!);
    },
  },
  {
    // Re Σ ΔO*·objectSum of each band goes to `bandSums`.
    name: "objectDirection",
    run(scope, item) {
      const { params } = scope.views;
      const [from, to] = bandOf(item, scope.shape);
      sumBand(scope, item);
      params[taskParam.bandSums + item] = scope.kernels.directObject(from, to, params[taskParam.floor]!);
    },
  },
  {
    name: "objectMove",
    run({ views, kernels, shape }, item) {
      const [from, to] = bandOf(item, shape);
      kernels.moveObject(from, to, views.params[taskParam.step]!);
    },
  },
  {
    name: "probeBand",
    run(scope, item) {
      const { views, kernels, shape } = scope;
      // Ranges begin on a multiple of eight pixels: whole vectors for the kernels.
      const eighths = (shape.size * shape.size) / 8;
      const from = 8 * Math.floor((item * eighths) / bands);
      const to = item + 1 === bands ? shape.size ** 2 : 8 * Math.floor(((item + 1) * eighths) / bands);
      const count = views.params[taskParam.count]!;
      for (let slot = 0; slot < count; slot++) {
        kernels.addProbe(slot, waveSlotOf(scope, slot, frameOf(scope, slot)), from, to);
      }
    },
  },
  {
    name: "crossSums",
    run(scope, item) {
      const { views, kernels } = scope;
      const frame = frameOf(scope, item);
      kernels.crossSums(item, views.x[frame]!, views.y[frame]!, views.sums, frame * sumsPerFrame);
    },
  },
  {
    name: "stepSums",
    run(scope, item) {
      const { views, kernels } = scope;
      const frame = frameOf(scope, item);
      const wave = waveSlotOf(scope, item, frame);
      kernels.stepSums(item, wave, views.x[frame]!, views.y[frame]!, views.sums, frame * sumsPerFrame);
    },
  },
  {
    name: "curve",
    run(scope, item) {
      const { views, kernels } = scope;
      const frame = frameOf(scope, item);
      configure(scope);
      gatherFrame(scope, item, frame);
      const place = views.places[frame]!;
      kernels.curve(item, place, frame, views.x[frame]!, views.y[frame]!, views.sums, frame * sumsPerFrame);
    },
  },
  {
    name: "shiftSums",
    run(scope, item) {
      const { views, kernels } = scope;
      const frame = frameOf(scope, item);
      kernels.shiftSums(item, waveSlotOf(scope, item, frame), views.sums, frame * sumsPerFrame);
    },
  },
] as const satisfies readonly { readonly name: string; readonly run: Task }[];

export type TaskName = (typeof taskTable)[number]["name"];

/** Names by number. */
export const taskNames: readonly string[] = taskTable.map(({ name }) => name);

/** The number of a task, for the command block. */
export function taskNumber(name: TaskName): number {
  return taskTable.findIndex((task) => task.name === name);
}
