// A pool over kernels that only count: item `i` of the task "gather" adds one to sums[i] and leaves its thread in
// stats[i]. Threads run pool-thread.mjs, whose kernels misbehave when the test says so.

import type { KernelMemory, MemoryPlan } from "../../src/compute/kernel-memory.ts";
import { planMemory } from "../../src/compute/kernel-memory.ts";
import { startNodeThread } from "../../src/compute/node-thread.ts";
import { openPool, type PoolThread } from "../../src/compute/pool.ts";
import type { ScanKernels } from "../../src/compute/scan-kernels.ts";
import { viewScan, type ScanViews } from "../../src/compute/scan-memory.ts";
import type { ScanSession } from "../../src/compute/session.ts";
import { taskNames } from "../../src/compute/tasks.ts";

/** What kernels of other threads do with an item. */
export const actions = { count: 0, throw: 1, exit: 2, loop: 3 } as const;

export interface PoolScene {
  readonly session: ScanSession;
  readonly views: ScanViews;
  readonly threads: readonly PoolThread[];
  /** What the caller does with an item before it counts it. */
  readonly caller: { before(item: number): void };
  /** How often each item ran. */
  counts(items: number): number[];
}

export interface PoolOptions {
  readonly threads?: number;
  readonly items?: number;
  readonly stallMs?: number;
  readonly signal?: AbortSignal;
  readonly delayMs?: number;
  readonly failsToStart?: boolean;
  /** File that threads run. */
  readonly entry?: string;
}

export function openCountingPool(options: PoolOptions = {}): PoolScene {
  const { threads = 2, items = 64, stallMs, signal, entry = "pool-thread.mjs", ...start } = options;
  const shape = {
    size: 8,
    modes: 1,
    frames: items,
    objectHeight: 16,
    objectWidth: 16,
    slots: 1,
    waveSlots: 1,
    countSlots: 1,
    countType: "uint8",
    nearField: false,
    subPixel: "bilinear",
    threads,
  } as const;
  const plan: MemoryPlan = planMemory(shape, { reserved: 0, scratch: 0 });
  const memory: KernelMemory = { buffer: new SharedArrayBuffer(plan.bytes) };
  const views = viewScan(plan.layout, memory.buffer);
  const started: PoolThread[] = [];
  const caller = { before(_item: number): void {} };
  const session = openPool({
    shape,
    views,
    kernels: countingKernels(views, (item) => caller.before(item)),
    queueOffset: plan.queueOffset,
    startThread(thread) {
      started.push(
        startNodeThread(
          { memory, plan, thread, tasks: taskNames, ...start },
          new URL(entry, import.meta.url),
        ),
      );
      return started.at(-1)!;
    },
    signal,
    stallMs,
  });
  return {
    session,
    views,
    threads: started,
    caller,
    counts: (count) => Array.from(views.sums.subarray(0, count)),
  };
}

/** Waits, without the event loop, until another thread has taken an item. */
export function awaitOther({ views }: PoolScene): void {
  if (Atomics.wait(views.places, 0, 0, 20_000) === "timed-out") throw new Error("no thread came in 20 s");
}

function countingKernels(views: ScanViews, before: (item: number) => void): ScanKernels {
  const unused = (): never => {
    throw new Error("the tests of the pool gather only");
  };
  return {
    gather(slot) {
      before(slot);
      views.sums[slot] = views.sums[slot]! + 1;
      return 0;
    },
    configure: unused,
    loadCounts: unused,
    loadBackground: unused,
    correct: unused,
    reflect: unused,
    gradient: unused,
    score: unused,
    align: unused,
    measureProbe: unused,
    addGradient: unused,
    addWave: unused,
    addLight: unused,
    lightPeak: unused,
    addProbe: unused,
    applyObject: unused,
    directObject: unused,
    moveObject: unused,
    applyProbe: unused,
    directProbe: unused,
    moveProbe: unused,
    crossSums: unused,
    stepSums: unused,
    curve: unused,
    shiftSums: unused,
    pie: unused,
  };
}
