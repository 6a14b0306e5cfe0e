// Runs the jobs of a stage, several at a time: in worker threads, or here when there is one worker or the jobs only
// wait for child processes. Order and number of workers change no byte of any result.

import { transferableAbortSignal } from "node:util";
import { Piscina } from "piscina";
import { DoselapError, isDoselapError } from "../errors.ts";
import type { StageContext } from "./context.ts";
import type { EventSink } from "./events.ts";
import { costMeter } from "./job-cost.ts";
import { runStageJob, type JobRun } from "./run-job.ts";
import type { Stage, StageJob } from "./stage.ts";
import type { WorkerMessage, WorkerReply, WorkerTask } from "./worker-protocol.ts";

export interface Executor {
  run(stage: Stage, jobs: readonly StageJob[], context: StageContext): Promise<JobRun[]>;
  close(): Promise<void>;
}

type Pool = Piscina<WorkerTask, WorkerReply>;

/** The local executor. */
export function createExecutor({
  workers,
  onEvent,
  signal,
  now,
}: {
  workers: number;
  onEvent: EventSink;
  signal?: AbortSignal | undefined;
  /** Milliseconds since 1970; no result depends on it. */
  now: () => number;
}): Executor {
  const meter = costMeter(now);
  let pool: Pool | undefined;

  function openPool(): Pool {
    // Workers load the build: Node 20 cannot start a worker from TypeScript. src/ and dist/ have the same depth.
    const filename = new URL("../../dist/pipeline/worker.js", import.meta.url).href;
    const opened = new Piscina<WorkerTask, WorkerReply>({
      filename,
      minThreads: 0,
      maxThreads: workers,
      idleTimeout: 60_000,
    });
    opened.on("message", (message: WorkerMessage) => onEvent({ kind: "job-progress", ...message }));
    return opened;
  }

  async function inWorker(job: StageJob, context: StageContext): Promise<JobRun> {
    pool ??= openPool();
    if (job.stage === "plan")
      throw new DoselapError("Job", "planning runs in the main thread", { file: job.path });
    const task: WorkerTask = {
      root: context.root,
      trainer: context.trainer,
      stage: job.stage,
      path: job.path,
    };
    let reply: WorkerReply;
    try {
      reply = await (signal === undefined ? pool.run(task) : abortable(pool, task, signal));
    } catch (cause) {
      if (signal?.aborted === true) throw interrupted(cause);
      throw new DoselapError("Job", "the worker died", {
        file: job.path,
        cause,
        hint: "Run again: finished jobs are kept.",
      });
    }
    if (reply.kind === "error") throw new DoselapError(reply.tag, reply.message);
    return reply.run;
  }

  function here(stage: Stage, job: StageJob, context: StageContext): Promise<JobRun> {
    return runStageJob(stage, job, context, {
      signal,
      progress: (fraction, note = "", samples) =>
        onEvent({ kind: "job-progress", stage: stage.name, path: job.path, fraction, note, samples }),
    });
  }

  async function one(
    stage: Stage,
    job: StageJob,
    context: StageContext,
    jobsAtOnce: number,
  ): Promise<JobRun> {
    if (signal?.aborted === true) throw interrupted();
    onEvent({ kind: "job-start", stage: stage.name, path: job.path });
    const isHere = workers === 1 || stage.inMainThread(context);
    const running = meter.start(jobsAtOnce);
    const run = await (isHere ? here(stage, job, context) : inWorker(job, context));
    // The main thread's time is that of all jobs which wait in it.
    const cost = running.end(isHere ? null : run.threadSeconds);
    if (run.redone !== null) onEvent({ kind: "note", text: `${job.path} was done again: ${run.redone}` });
    const { state, reason, reused } = run;
    const worked = !reused && state !== "skipped";
    onEvent({
      kind: "job-end",
      stage: stage.name,
      path: job.path,
      state,
      reason,
      reused,
      ...(worked ? { cost } : {}),
    });
    return run;
  }

  return {
    async run(stage, jobs, context) {
      const runs: JobRun[] = [];
      const queue = jobs.entries();
      const count = Math.max(1, Math.min(workers, jobs.length));
      async function drain(): Promise<void> {
        for (const [index, job] of queue) runs[index] = await one(stage, job, context, count);
      }
      const lanes = Array.from({ length: count }, drain);
      // All lanes end before anything is thrown: no job is left running behind the caller's back.
      const settled = await Promise.allSettled(lanes);
      const failures = settled
        .filter((lane) => lane.status === "rejected")
        .map((lane) => lane.reason as unknown);
      if (failures.length > 0)
        throw failures.find((error) => isDoselapError(error, "Interrupted")) ?? failures[0];
      return runs;
    },
    async close() {
      await pool?.destroy();
    },
  };
}

/** Runs a task that stops when the signal aborts. A worker that is ended inside of native code takes the process with it
 * (NN-005), so a training job is told and ends by itself; other work is plain JavaScript, and its worker is ended. */
async function abortable(pool: Pool, task: WorkerTask, signal: AbortSignal): Promise<WorkerReply> {
  if (task.stage !== "train") return pool.run(task, { signal });
  // A signal of the task's own: what a journey leaves behind on it ends with the task.
  const own = new AbortController();
  const stop = (): void => own.abort();
  signal.addEventListener("abort", stop);
  try {
    const travelling = transferableAbortSignal(own.signal);
    return await pool.run({ ...task, signal: travelling }, { transferList: [travelling] as never });
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function interrupted(cause?: unknown): DoselapError {
  return new DoselapError("Interrupted", "stopped; finished jobs are kept", {
    cause,
    hint: "Run the same command again to go on.",
  });
}
