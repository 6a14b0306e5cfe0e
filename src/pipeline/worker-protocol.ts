// What passes between the executor and its workers: plain data only.

import type { ErrorTag } from "../errors.ts";
import type { TrainerChoice, WorkSettings } from "./context.ts";
import type { JobRun } from "./run-job.ts";
import type { StageName } from "./stage.ts";

/** Given to a worker when it starts. */
export interface WorkerSetting extends WorkSettings {
  readonly root: string;
  readonly trainer: TrainerChoice;
}

export interface WorkerTask {
  readonly stage: Exclude<StageName, "plan">;
  readonly path: string;
  /** Tells a job that ends by itself to end. */
  readonly signal?: AbortSignal;
}

export type WorkerReply =
  | { readonly kind: "run"; readonly run: JobRun }
  | { readonly kind: "error"; readonly tag: ErrorTag; readonly message: string };

export type WorkerMessage =
  | { readonly kind: "alive"; readonly path: string }
  | {
      readonly kind: "progress";
      readonly stage: StageName;
      readonly path: string;
      readonly fraction: number;
      readonly note: string;
      readonly samples?: number | undefined;
    };
