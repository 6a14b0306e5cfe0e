// A session on several threads: the caller and T − 1 threads of its own share one memory and take the items of each
// task from one queue (work-queue.ts). Nothing is sent per task; a thread that has not started yet claims nothing.
// Which thread runs an item changes no byte: tasks.ts says why.
// No environment is named here: whoever opens a pool brings the way to start a thread.

import { DoselapError } from "../errors.ts";
import type { ScanKernels } from "./scan-kernels.ts";
import type { ScanShape, ScanViews } from "./scan-memory.ts";
import type { ScanSession } from "./session.ts";
import { taskNumber, taskTable, type TaskName } from "./tasks.ts";
import { maxItems, openQueue } from "./work-queue.ts";

/** A thread as its pool sees it. */
export interface PoolThread {
  /** Whether it has ended, as far as that can be told without going back to the event loop. */
  ended(): boolean;
  /** Why it ended by itself; undefined while it has not, or nobody has heard of it. */
  problem(): string | undefined;
  end(): void;
}

export interface PoolParts {
  readonly shape: ScanShape;
  readonly views: ScanViews;
  /** The caller's kernels. */
  readonly kernels: ScanKernels;
  readonly queueOffset: number;
  /** Starts thread 1 … threads − 1. */
  readonly startThread: (thread: number) => PoolThread;
  /** Ends the threads when it fires. */
  readonly signal?: AbortSignal | undefined;
  /** A task in which no item ends for this long has failed. */
  readonly stallMs?: number | undefined;
}

/** How often a waiting caller looks whether the threads are still there. */
const lookMs = 50;

export function openPool(parts: PoolParts): ScanSession {
  const { shape, views, kernels, queueOffset, signal, stallMs = 120_000 } = parts;
  const scope = { shape, views, kernels };
  const queue = openQueue(views.control, queueOffset, shape.threads);
  const threads: PoolThread[] = [];
  /** Why the session runs nothing any more. */
  let over: DoselapError | undefined;

  function end(why: DoselapError): void {
    over ??= why;
    signal?.removeEventListener("abort", abort);
    queue.stop();
    for (const thread of threads) thread.end();
  }
  function abort(): void {
    end(new DoselapError("Interrupted", "the reconstruction was stopped"));
  }

  /** A thread is gone or stuck: an array may be half written, so the session is over. */
  function lost(name: TaskName, what: string): never {
    queue.close();
    const error = new DoselapError("Compute", `${what} during "${name}"`, {
      hint: "Open the reconstruction again, with fewer threads or more memory.",
    });
    end(error);
    throw error;
  }

  /** Waits until `items` items are done, wherever they run. */
  function settle(name: TaskName, items: number): void {
    let quietMs = 0;
    for (let done = queue.done(); done < items; done = queue.done()) {
      quietMs = queue.awaitDone(done, lookMs) ? 0 : quietMs + lookMs;
      if (quietMs === 0) continue;
      const gone = threads.findIndex((thread, i) => thread.ended() && queue.isBusy(i + 1));
      if (gone >= 0) lost(name, `thread ${gone + 1} ended`);
      if (quietMs >= stallMs) lost(name, `nothing moved for ${stallMs / 1000} s`);
    }
  }

  function runPart(name: TaskName, base: number, items: number): void {
    const number = taskNumber(name);
    const { run } = taskTable[number]!;
    queue.publish(number, base, items);
    try {
      for (let item = queue.claim(); item >= 0; item = queue.claim()) {
        run(scope, base + item);
        queue.finish();
      }
    } catch (error) {
      // The item that threw is claimed and will not be done; those of the other threads are waited for.
      settle(name, queue.close() - 1);
      throw error;
    }
    settle(name, items);
    const failure = queue.failure();
    if (failure !== undefined) {
      throw new DoselapError("Compute", `"${name}" failed in a thread: ${failure}`);
    }
  }

  function refuseAfterEnd(): void {
    if (over !== undefined) throw over;
    const failed = threads.findIndex((thread) => thread.problem() !== undefined);
    if (failed < 0) return;
    end(
      new DoselapError("Compute", `thread ${failed + 1} ended: ${threads[failed]!.problem()}`, {
        hint: "Open the reconstruction again, with fewer threads or more memory.",
      }),
    );
    throw over!;
  }

  function startThreads(): void {
    try {
      for (let thread = 1; thread < shape.threads; thread++) threads.push(parts.startThread(thread));
    } catch (error) {
      abort();
      throw error;
    }
  }

  if (signal?.aborted === true) abort();
  else {
    signal?.addEventListener("abort", abort);
    startThreads();
  }

  return {
    ...scope,
    run(name, items) {
      refuseAfterEnd();
      for (let base = 0; base < items; base += maxItems) {
        runPart(name, base, Math.min(maxItems, items - base));
      }
    },
    dispose() {
      end(new DoselapError("Compute", "this reconstruction's memory was given back"));
    },
  };
}
