// What a thread of a pool does: opens its own kernels on the shared memory once, then takes items of tasks until the
// session ends. Nothing is sent to it later. Run by pool-worker.ts (Node) and browser-worker.ts.

import { DoselapError, messageOf } from "../errors.ts";
import { openKernels, type KernelMemory, type MemoryPlan } from "./kernel-memory.ts";
import type { ScanKernels } from "./scan-kernels.ts";
import { viewScan, type ScanViews } from "./scan-memory.ts";
import { taskNames, taskTable } from "./tasks.ts";
import { openQueue } from "./work-queue.ts";

/** All that a thread is given. */
export interface ThreadStart {
  readonly memory: KernelMemory;
  readonly plan: MemoryPlan;
  /** 1 … threads − 1; 0 is the caller. */
  readonly thread: number;
  /** Names of the caller's tasks, by number: a thread of another build would do something else. */
  readonly tasks: readonly string[];
}

/** Serves until the session ends. */
export function serveThread(start: ThreadStart, open = openThreadKernels): void {
  const { memory, plan, thread } = start;
  if (start.tasks.join() !== taskNames.join()) {
    throw new DoselapError("Compute", "the threads run from another build than the program", {
      hint: "Run `npm run build`.",
    });
  }
  const { shape } = plan.layout;
  const views = viewScan(plan.layout, memory.buffer);
  const scope = { shape, views, kernels: open(start, views) };
  const queue = openQueue(views.control, plan.queueOffset, shape.threads);
  while (queue.awaitTask()) {
    queue.setBusy(thread, true);
    for (let item = queue.claim(); item >= 0; item = queue.claim()) {
      try {
        taskTable[queue.task()]!.run(scope, queue.base() + item);
      } catch (error) {
        queue.fail(messageOf(error));
      }
      queue.finish();
    }
    queue.setBusy(thread, false);
  }
}

function openThreadKernels({ memory, plan, thread }: ThreadStart, views: ScanViews): ScanKernels {
  return openKernels(memory, plan, views, thread);
}
