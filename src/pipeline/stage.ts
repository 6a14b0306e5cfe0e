// The stage contract. A stage lists its jobs, says what each depends on, does the work in a folder, and writes a manifest.

import type { Cell } from "../study/cell.ts";
import type { StateKeeper } from "../io/kept-state.ts";
import type { RunContext, StageContext, WorkSettings } from "./context.ts";
import type { JobRecord } from "./record.ts";
import type { JobResult } from "./store.ts";

export const stageNames = ["plan", "generate", "views", "train", "reconstruct", "compare", "report"] as const;
export type StageName = (typeof stageNames)[number];

/** Threads that a job of the stage computes in: engines share their frames out among several, all other work takes one. */
export function threadsIn(stage: StageName, { threads = 1 }: WorkSettings): number {
  return stage === "reconstruct" ? threads : 1;
}

export interface StageJob {
  readonly stage: StageName;
  /** Folder relative to the run folder, POSIX; names the job uniquely. */
  readonly path: string;
  /** Null for jobs that are not of one cell. */
  readonly cell: Cell | null;
  readonly arm: string | null;
}

/** What a job depends on besides the stage's part of the design; or why it cannot run. */
export type JobInputs =
  | { readonly kind: "ready"; readonly values: { readonly [key: string]: unknown } }
  | { readonly kind: "skip"; readonly reason: string };

export interface JobHooks {
  /** Share of the job that is done, 0 to 1, a word about it, and the samples that a network has seen. */
  progress(fraction: number, note?: string, samples?: number): void;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds, for the interval of checkpoints; none are made without. */
  readonly now?: (() => number) | undefined;
  /** Is told what a work threw: a job's record keeps the words alone. */
  readonly failed?: ((error: unknown) => void) | undefined;
}

/** What a stage's work is given besides: where it may keep its state. */
export interface WorkHooks extends JobHooks {
  readonly checkpoint: StateKeeper;
}

export interface FinishOptions {
  /** Where the records of earlier stages are, when that is not the folder that is written to. */
  readonly recordRoot?: string | undefined;
}

/** A job and how it ended. `absent`: not run yet in this folder. */
export interface JobOutcome {
  readonly job: StageJob;
  readonly state: JobRecord["state"] | "absent";
  readonly reason: string | null;
  readonly summary: { readonly [key: string]: unknown };
}

export interface Stage<Context extends RunContext = StageContext> {
  readonly name: StageName;
  /** "simulate the frames": for progress lines. */
  readonly title: string;
  /** Jobs that only wait for child processes stay in the main thread; the others go to workers. */
  inMainThread(context: Context): boolean;
  jobs(context: Context): StageJob[];
  /** Folders of the jobs whose files or records this one reads; those of the plan are always there. */
  needs(job: StageJob, context: Context): string[];
  inputs(job: StageJob, context: Context): Promise<JobInputs>;
  work(job: StageJob, context: Context, folder: string, hooks: WorkHooks): Promise<JobResult>;
  /** Writes the stage's manifests from how all its jobs stand. */
  finish(outcomes: readonly JobOutcome[], context: Context, options?: FinishOptions): Promise<void>;
}
