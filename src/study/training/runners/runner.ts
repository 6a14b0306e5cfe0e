// The runner contract: what executes a training job. A runner is a function; it throws when the job failed.

import type { StateKeeper } from "../../../io/kept-state.ts";
import type { Progress } from "../../../nn/training/progress.ts";
import type { LegacyParams } from "../bridge.ts";
import type { TrainingConfig } from "../config.ts";
import type { TrainingJob } from "../job.ts";
import type { TrainingLog } from "../log.ts";

/** What a runner is given. */
export interface RunnerCall {
  readonly job: TrainingJob;
  readonly config: TrainingConfig;
  /** Legacy parameters, bridged from `config`; this call's own. */
  readonly params: LegacyParams;
  readonly logPath: string;
  readonly log: TrainingLog;
  /** Measured overlap of the job's cell, when the study has it; the group tables lie beside it. */
  readonly overlapMetricsPath: string | undefined;
  /** Aborts when the user asks to stop. */
  readonly signal: AbortSignal | undefined;
  /** Is told the share of the job that is done, and a word about it. */
  readonly progress?: Progress | undefined;
  /** Where a runner may keep its state while it trains. */
  readonly keeper?: StateKeeper | undefined;
}

/** What a runner hands back. Plain JSON values reach the manifests; a number that is not finite is a failed job. */
export interface RunnerResult {
  readonly [key: string]: unknown;
}

export type TrainingRunner = (call: RunnerCall) => Promise<RunnerResult>;
