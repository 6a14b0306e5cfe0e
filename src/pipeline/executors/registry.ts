// Where the jobs of a study can run: one line each.

import type { Executor } from "./executor.ts";
import { localExecutor, type LocalOptions } from "./local.ts";
import { slurmExecutor, type SlurmOptions } from "./slurm/slurm.ts";

/** What a command line or a study file says; each executor takes its part. */
export type ExecutorOptions = LocalOptions & SlurmOptions;

export const executors = {
  local: localExecutor,
  slurm: slurmExecutor,
} as const satisfies { readonly [name: string]: (options: ExecutorOptions) => Executor };

export type ExecutorName = keyof typeof executors;
export const executorNames = Object.keys(executors) as ExecutorName[];
