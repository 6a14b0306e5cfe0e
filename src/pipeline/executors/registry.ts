// Where the jobs of a study can run.

import { localExecutor, type LocalOptions } from "./local.ts";
import type { Executor } from "./executor.ts";

/** Options of all executors; each takes its own. */
export type ExecutorOptions = LocalOptions;

export const executors = {
  local: localExecutor,
} as const satisfies { readonly [name: string]: (options: ExecutorOptions) => Executor };

export type ExecutorName = keyof typeof executors;
export const executorNames = Object.keys(executors) as ExecutorName[];
