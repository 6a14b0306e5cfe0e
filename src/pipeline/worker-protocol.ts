// What passes between the executor and its workers: plain data only.

import type { ErrorTag } from "../errors.ts";
import type { TrainerChoice } from "./context.ts";
import type { JobRun } from "./run-job.ts";
import type { StageName } from "./stage.ts";

export interface WorkerTask {
  readonly root: string;
  readonly trainer: TrainerChoice;
  readonly stage: Exclude<StageName, "plan">;
  readonly path: string;
  /** Given to jobs that end by themselves. */
  readonly signal?: AbortSignal;
}

export type WorkerReply =
  | { readonly kind: "run"; readonly run: JobRun }
  | { readonly kind: "error"; readonly tag: ErrorTag; readonly message: string };

export interface WorkerMessage {
  readonly stage: StageName;
  readonly path: string;
  readonly fraction: number;
  readonly note: string;
  readonly samples?: number | undefined;
}
