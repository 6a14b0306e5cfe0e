// The local executor: jobs in worker threads, or here when there is one worker or a job only waits for a child process. A job
// starts as soon as what it needs is over, in the order of the graph, when there is a free worker and memory for it. Order,
// number of workers and memory change no byte of any result.

import { costMeter, type CostMeter } from "../job-cost.ts";
import { threadsIn } from "../stage.ts";
import { stages } from "../stages/registry.ts";
import type { Executor, ExecutorRun, Submission } from "./executor.ts";
import { freeMemoryBytes, mostMemoryBytes } from "./free-memory.ts";
import type { GraphNode, JobGraph } from "./graph.ts";
import { interrupted } from "./interrupted.ts";
import { runNode } from "./node.ts";
import { createSchedule, type Schedule } from "./schedule.ts";
import { jobEndOf, stageEvents, type StageEvents } from "./stage-events.ts";
import { openWorkers, type Workers } from "./workers.ts";

export interface LocalOptions {
  /** Jobs at a time. */
  readonly workers: number;
  /** Begin no job after the first that fails. */
  readonly failFast?: boolean | undefined;
  /** A worker that is silent for so long is taken for hung; default 15 min: the longest stretch of work that gives the event loop
   * no turn takes seconds. */
  readonly silenceMs?: number | undefined;
  /** Memory that jobs may take together, bytes; default: what the machine has to spare when a job begins. */
  readonly memoryBytes?: number | undefined;
  readonly freeBytes?: (() => number) | undefined;
  /** Memory that there would be if nothing else ran. */
  readonly mostBytes?: (() => number) | undefined;
  /** The build's worker; tests give others. */
  readonly workerFile?: string | undefined;
}

const usualSilenceMs = 15 * 60_000;
/** How often a job that waits for memory looks again. */
const memoryWaitMs = 1000;

interface Running {
  readonly schedule: Schedule;
  readonly over: Promise<void>;
  readonly stop: AbortController;
  error: unknown;
}

export function localExecutor(options: LocalOptions): Executor {
  const runs = new Map<Submission, Running>();
  const pools: Workers[] = [];
  return {
    name: "local",
    pollMs: 20,
    async submit(graph, run) {
      const submission: Submission = { executor: "local", pid: process.pid };
      const stop = new AbortController();
      const schedule = createSchedule(graph);
      const workers = openWorkers({
        count: options.workers,
        silenceMs: options.silenceMs ?? usualSilenceMs,
        onEvent: run.onEvent,
        filename: options.workerFile,
      });
      pools.push(workers);
      const lane = new Lane({ graph, run, schedule, workers, options, stop });
      const own: Running = {
        schedule,
        stop,
        error: undefined,
        over: lane.drain().catch((error: unknown) => {
          own.error = error;
        }),
      };
      runs.set(submission, own);
      return submission;
    },
    async poll(submission) {
      const own = known(runs, submission);
      if (own.schedule.isOver || own.error !== undefined) await own.over;
      if (own.error !== undefined) throw own.error;
      return own.schedule;
    },
    async cancel(submission) {
      const own = known(runs, submission);
      own.stop.abort();
      await own.over;
    },
    async close() {
      for (const { stop } of runs.values()) stop.abort();
      await Promise.all([...runs.values()].map(({ over }) => over));
      await Promise.all(pools.map((pool) => pool.close()));
    },
  };
}

function known(runs: ReadonlyMap<Submission, Running>, submission: Submission): Running {
  const own = runs.get(submission);
  if (own === undefined)
    throw new TypeError("the local executor runs only what was submitted in this process");
  return own;
}

/** One submission being worked off. */
class Lane {
  readonly #run: ExecutorRun;
  readonly #schedule: Schedule;
  readonly #workers: Workers;
  readonly #options: LocalOptions;
  readonly #stop: AbortController;
  readonly #events: StageEvents;
  readonly #meter: CostMeter;
  readonly #jobsAtOnce: number;
  readonly #running = new Map<string, GraphNode>();
  #error: unknown = undefined;
  #failedFast: string | undefined;
  #wake: () => void = () => undefined;

  constructor(parts: {
    graph: JobGraph;
    run: ExecutorRun;
    schedule: Schedule;
    workers: Workers;
    options: LocalOptions;
    stop: AbortController;
  }) {
    const { graph, run, options } = parts;
    this.#run = run;
    this.#schedule = parts.schedule;
    this.#workers = parts.workers;
    this.#options = options;
    this.#stop = parts.stop;
    this.#events = stageEvents(graph, run.onEvent);
    this.#meter = costMeter(run.now);
    const jobs = graph.nodes.filter(({ kind }) => kind === "job").length;
    this.#jobsAtOnce = Math.max(1, Math.min(options.workers, jobs));
  }

  /** Returns when every node is over. @throws Interrupted; what broke the run. */
  async drain(): Promise<void> {
    const { signal } = this.#run;
    const stop = (): void => this.#stop.abort();
    if (signal?.aborted === true) stop();
    signal?.addEventListener("abort", stop);
    const wake = (): void => this.#wake();
    this.#stop.signal.addEventListener("abort", wake);
    try {
      for (;;) {
        const isStopped = this.#stop.signal.aborted || this.#error !== undefined;
        const next = isStopped ? "none" : this.#next();
        if (typeof next === "object") {
          this.#begin(next);
          continue;
        }
        if (this.#running.size === 0 && next === "none") break;
        await this.#woken(next === "memory");
      }
    } finally {
      signal?.removeEventListener("abort", stop);
    }
    if (this.#error !== undefined) throw this.#error;
    if (this.#stop.signal.aborted) throw interrupted();
  }

  /** The next node that may begin; or what it waits for. */
  #next(): GraphNode | "memory" | "none" {
    const jobs = [...this.#running.values()].filter(({ kind }) => kind === "job");
    // Ending a node may free others: the list is looked at anew until nothing changes.
    for (let node = this.#first(jobs.length); node !== undefined; node = this.#first(jobs.length)) {
      if (node.kind === "collect") {
        if (this.#failedFast === undefined || node.stage !== "report") return node;
        this.#schedule.end(node.id);
        continue;
      }
      if (this.#failedFast !== undefined) {
        this.#schedule.end(node.id, `not begun: ${this.#failedFast} failed`);
        continue;
      }
      const { memoryBytes } = node.estimate;
      const free = this.#freeBytes(jobs);
      if (memoryBytes <= free) return node;
      // Alone it would have all there is. What another program takes now it may give back: that is waited for.
      if (jobs.length > 0 || memoryBytes <= this.#mostBytes()) return "memory";
      const reason = `needs about ${megabytes(memoryBytes)} of memory, and there are ${megabytes(this.#mostBytes())} at most; give it a larger machine, smaller frames, or a truer figure with --memory`;
      this.#events.begun(node);
      this.#events.jobEnded(jobEndOf(node, { state: "failed", reason, reused: false }, undefined));
      this.#schedule.end(node.id, reason);
      this.#failed(node.id);
    }
    return "none";
  }

  /** The first node that is ready, and that no lack of workers keeps back. */
  #first(jobsRunning: number): GraphNode | undefined {
    const ready = this.#schedule.ready();
    const isFull = jobsRunning >= this.#jobsAtOnce && this.#failedFast === undefined;
    return isFull ? ready.find(({ kind }) => kind === "collect") : ready[0];
  }

  /** What a job may take now. A job that has just begun has not taken its memory yet, so what it will is kept for it. */
  #freeBytes(jobs: readonly GraphNode[]): number {
    const { memoryBytes, freeBytes = freeMemoryBytes } = this.#options;
    const kept = jobs.reduce((sum, { estimate }) => sum + estimate.memoryBytes, 0);
    return (memoryBytes ?? freeBytes()) - kept;
  }

  #mostBytes(): number {
    const { memoryBytes, mostBytes = mostMemoryBytes } = this.#options;
    return memoryBytes ?? mostBytes();
  }

  #begin(node: GraphNode): void {
    this.#schedule.begin(node.id);
    this.#running.set(node.id, node);
    this.#events.begun(node);
    void this.#one(node)
      .then((reason) => this.#schedule.end(node.id, reason))
      .catch((error: unknown) => {
        // The first error ends the run; an interruption that follows from it is none of its own.
        this.#error ??= error;
      })
      .finally(() => {
        this.#running.delete(node.id);
        this.#wake();
      });
  }

  /** Runs a node; returns why it left no record, if it did not. */
  async #one(node: GraphNode): Promise<string | undefined> {
    const { context, onEvent } = this.#run;
    const { id, job, stage } = node;
    if (job === null) {
      await runNode(node, context, { progress() {} });
      this.#events.collected(stage);
      return undefined;
    }
    onEvent({ kind: "job-start", stage, path: id });
    const isHere = this.#options.workers === 1 || stages[stage].inMainThread(context);
    const running = this.#meter.start(this.#jobsAtOnce, threadsIn(stage, context));
    const result = await (isHere ? this.#here(node) : this.#workers.run(job, context, this.#stop.signal));
    const cost = running.end(isHere || "lost" in result ? null : result.threadSeconds);
    if ("lost" in result) {
      this.#events.jobEnded(jobEndOf(node, { state: "failed", reason: result.lost, reused: false }, cost));
      this.#failed(id);
      return result.lost;
    }
    if (result.redone !== null) onEvent({ kind: "note", text: `${id} was done again: ${result.redone}` });
    for (const note of result.notes) onEvent({ kind: "note", text: `${id}: ${note}` });
    this.#events.jobEnded(jobEndOf(node, result, cost));
    if (result.state === "failed") this.#failed(id);
    return undefined;
  }

  async #here(node: GraphNode) {
    const { context, onEvent } = this.#run;
    const { stage, id: path } = node;
    const run = await runNode(node, context, {
      signal: this.#stop.signal,
      now: this.#run.now,
      progress: (fraction, note = "", samples) =>
        onEvent({ kind: "job-progress", stage, path, fraction, note, samples }),
    });
    return run!;
  }

  #failed(id: string): void {
    if (this.#options.failFast !== true || this.#failedFast !== undefined) return;
    this.#failedFast = id;
    this.#run.onEvent({ kind: "note", text: `${id} failed: no further job is begun (--fail-fast)` });
  }

  #woken(forMemory: boolean): Promise<void> {
    return new Promise((resolve) => {
      const timer = forMemory ? setTimeout(resolve, memoryWaitMs) : undefined;
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
