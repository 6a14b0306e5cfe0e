// A backend out of its parts: kernels, a number of threads and a way to start them. node.ts and browser.ts bring both.

import { DoselapError } from "../errors.ts";
import type { Backend } from "./backend.ts";
import type { KernelKind } from "./kernel-kinds.ts";
import { openKernels, type MemoryPlan } from "./kernel-memory.ts";
import { openPool, type PoolThread } from "./pool.ts";
import { viewScan, type ScanShape } from "./scan-memory.ts";
import { singleThread } from "./session.ts";
import { taskNames } from "./tasks.ts";
import type { ThreadStart } from "./worker-loop.ts";

export interface BackendParts {
  readonly kind: KernelKind;
  /** Used for sizes that `kind` does not support; absent: they are errors. */
  readonly fallback?: KernelKind | undefined;
  readonly threads: number;
  readonly startThread: (start: ThreadStart) => PoolThread;
  readonly memoryBudgetBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface SizedBackend extends Backend {
  /** The backend's name for frames of N×N: "auto" takes the plain kernels for sizes that the others do not have. */
  nameFor(size: number): string;
  /** Whether it can compute frames of N×N. */
  supports(size: number): boolean;
  /** The sizes that it supports, in words. */
  readonly sizes: string;
}

export function assembleBackend(parts: BackendParts): SizedBackend {
  const { kind, fallback, threads, startThread, memoryBudgetBytes, signal } = parts;
  const kindFor = (size: number): KernelKind =>
    fallback === undefined || kind.supports(size) ? kind : fallback;
  const nameOf = ({ name }: KernelKind): string => (threads === 1 ? name : `${name} ×${threads} threads`);
  const planFor = (shape: Omit<ScanShape, "threads">): MemoryPlan =>
    kindFor(shape.size).plan({ ...shape, threads });
  return {
    name: nameOf(kind),
    threads,
    nameFor: (size) => nameOf(kindFor(size)),
    supports: (size) => kindFor(size).supports(size),
    sizes: (fallback ?? kind).sizes,
    fft2: (size, options) => kindFor(size).fft2(size, options),
    scanBytes: (shape) => planFor(shape).bytes,
    mostScanBytes: (size) => kindFor(size).mostBytes,
    openScan(given) {
      const plan = planFor(given);
      if (memoryBudgetBytes !== undefined && plan.bytes > memoryBudgetBytes) {
        throw new DoselapError("Range", "the reconstruction needs more memory than it may have", {
          expected: `at most ${memoryBudgetBytes} bytes`,
          got: String(plan.bytes),
          hint: "Raise the budget, or use fewer probe modes, a smaller object or a smaller batch.",
        });
      }
      const memory = kindFor(given.size).allocate(plan);
      const { shape } = plan.layout;
      const views = viewScan(plan.layout, memory.buffer);
      const kernels = openKernels(memory, plan, views, 0);
      if (threads === 1) return singleThread(shape, views, kernels);
      return openPool({
        shape,
        views,
        kernels,
        queueOffset: plan.queueOffset,
        startThread: (thread) => startThread({ memory, plan, thread, tasks: taskNames }),
        signal,
      });
    },
  };
}

/** @throws Range unless `threads` is a whole number of threads. */
export function checkThreads(threads: number): void {
  if (Number.isInteger(threads) && threads >= 1 && threads <= maxThreads) return;
  throw new DoselapError("Range", "this is no number of threads", {
    key: "threads",
    expected: `a whole number from 1 to ${maxThreads}`,
    got: String(threads),
  });
}

const maxThreads = 256;
