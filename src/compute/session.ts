// One reconstruction's memory and kernels, and a way to run tasks on them. The single-threaded session lives here;
// pool.ts runs the same tasks on several threads.

import type { ScanKernels } from "./scan-kernels.ts";
import type { ScanShape, ScanViews } from "./scan-memory.ts";
import { taskNumber, taskTable, type TaskName } from "./tasks.ts";

export interface ScanSession {
  readonly shape: ScanShape;
  readonly views: ScanViews;
  /** The kernels of the calling thread. */
  readonly kernels: ScanKernels;
  /** Runs items 0 … items − 1 of a task and returns when all are done. @throws what an item throws. */
  run(task: TaskName, items: number): void;
  /** Ends the threads. The views must not be used any more. */
  dispose(): void;
}

/** A session in which the caller does all the work. */
export function singleThread(shape: ScanShape, views: ScanViews, kernels: ScanKernels): ScanSession {
  const scope = { shape, views, kernels };
  return {
    ...scope,
    run(name, items) {
      const { run } = taskTable[taskNumber(name)]!;
      for (let item = 0; item < items; item++) run(scope, item);
    },
    dispose() {},
  };
}
