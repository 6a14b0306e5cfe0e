// Threads that run jobs. A worker loads the run folder once and then takes one job after the other; one that dies is replaced, and
// one that gives no sign of life for too long is ended. Both lose their own job alone.

import { transferableAbortSignal } from "node:util";
import { Piscina } from "piscina";
import { DoselapError, messageOf } from "../../errors.ts";
import type { StageContext } from "../context.ts";
import type { EventSink } from "../events.ts";
import type { JobRun } from "../run-job.ts";
import type { StageJob } from "../stage.ts";
import { interrupted } from "./interrupted.ts";
import type { WorkerMessage, WorkerReply, WorkerSetting, WorkerTask } from "../worker-protocol.ts";

export interface WorkersOptions {
  readonly count: number;
  /** A worker that is silent for so long is taken for hung. */
  readonly silenceMs: number;
  readonly onEvent: EventSink;
  /** The build's worker; tests give others. */
  readonly filename?: string | undefined;
}

export interface Workers {
  /** Runs a job; `lost` when its worker died or was ended, with the reason.
   * @throws what the job's stage throws; Interrupted. */
  run(
    job: StageJob,
    context: StageContext,
    signal?: AbortSignal,
  ): Promise<JobRun | { readonly lost: string }>;
  close(): Promise<void>;
}

/** Looks for silent workers this often. Silence is counted in looks, not by a clock, which may be set or jump while the machine
 * sleeps (STORE-005). */
const watchMs = 500;

export function openWorkers({ count, silenceMs, onEvent, filename }: WorkersOptions): Workers {
  let pool: Piscina<WorkerTask, WorkerReply> | undefined;
  /** Looks at a job since it was last heard of. */
  const looks = new Map<string, number>();

  function open({ root, trainer, checkpointMs, threads }: StageContext): Piscina<WorkerTask, WorkerReply> {
    const opened = new Piscina<WorkerTask, WorkerReply>({
      // Workers load the build: Node 20 cannot start a worker from TypeScript. src/ and dist/ have the same depth.
      filename: filename ?? new URL("../../../dist/pipeline/worker.js", import.meta.url).href,
      workerData: { root, trainer, checkpointMs, threads } satisfies WorkerSetting,
      minThreads: 0,
      maxThreads: count,
      idleTimeout: 60_000,
    });
    opened.on("message", (message: WorkerMessage) => {
      if (looks.has(message.path)) looks.set(message.path, 0);
      if (message.kind === "progress") {
        const { stage, path, fraction, note, samples } = message;
        onEvent({ kind: "job-progress", stage, path, fraction, note, samples });
      }
    });
    return opened;
  }

  return {
    async run(job, context, signal) {
      if (job.stage === "plan")
        throw new DoselapError("Job", "planning runs in the main thread", { file: job.path });
      pool ??= open(context);
      const ending = new AbortController();
      looks.set(job.path, 0);
      const watch = setInterval(() => {
        const silent = looks.get(job.path)! + 1;
        looks.set(job.path, silent);
        if (silent * watchMs > silenceMs) ending.abort();
      }, watchMs);
      const task: WorkerTask = { stage: job.stage, path: job.path };
      let reply: WorkerReply;
      try {
        reply = await runTask(pool, task, { ending: ending.signal, signal });
      } catch (cause) {
        if (ending.signal.aborted)
          return { lost: `gave no sign of life for ${Math.round(silenceMs / 1000)} s and was ended` };
        if (signal?.aborted === true) throw interrupted(cause);
        return { lost: deathText(cause) };
      } finally {
        clearInterval(watch);
        looks.delete(job.path);
      }
      if (reply.kind === "error") throw new DoselapError(reply.tag, reply.message);
      return reply.run;
    },
    async close() {
      await pool?.destroy();
    },
  };
}

/** Runs a task that stops when a signal aborts. A worker that is ended inside of native code takes the process with it (NN-005),
 * so a training job is told and ends by itself; other work is plain JavaScript, and its worker is ended. A silent worker is not
 * in native code: training waits for it without blocking its thread. */
async function runTask(
  pool: Piscina<WorkerTask, WorkerReply>,
  task: WorkerTask,
  { ending, signal }: { ending: AbortSignal; signal?: AbortSignal | undefined },
): Promise<WorkerReply> {
  // Signals of the task's own: what a journey leaves behind on them ends with the task.
  const end = new AbortController();
  const tell = new AbortController();
  const stop = (): void => (task.stage === "train" ? tell : end).abort();
  const cut = (): void => end.abort();
  if (signal?.aborted === true) stop();
  signal?.addEventListener("abort", stop);
  ending.addEventListener("abort", cut);
  try {
    const travelling = transferableAbortSignal(tell.signal);
    return await pool.run(
      { ...task, signal: travelling },
      { signal: end.signal, transferList: [travelling] as never },
    );
  } finally {
    signal?.removeEventListener("abort", stop);
    ending.removeEventListener("abort", cut);
  }
}

function deathText(cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  if (code === "ERR_WORKER_OUT_OF_MEMORY")
    return "the worker ran out of memory; use fewer --workers, or smaller frames";
  return `the worker died: ${messageOf(cause)}`;
}
