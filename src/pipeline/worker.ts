// Worker entry: opens the run folder when it starts, then runs the jobs it is given. Loaded from dist/ by the executor.

import { parentPort } from "node:worker_threads";
import { workerData } from "piscina";
import { DoselapError, isDoselapError, messageOf } from "../errors.ts";
import { openStageContext } from "./context.ts";
import { runStageJob } from "./run-job.ts";
import type { StageJob } from "./stage.ts";
import { stages } from "./stages/registry.ts";
import type { WorkerMessage, WorkerReply, WorkerSetting, WorkerTask } from "./worker-protocol.ts";

/** A thread whose event loop turns says so this often. */
const aliveMs = 1000;

const { root, trainer, ...settings } = workerData as WorkerSetting;
// A failure to open is each job's error, not the thread's death.
const opened = openStageContext(root, trainer, settings);
opened.catch(() => undefined);
const jobs = new Map<string, ReadonlyMap<string, StageJob>>();

export default async function work({ stage: name, path, signal }: WorkerTask): Promise<WorkerReply> {
  const say = (message: WorkerMessage): void => parentPort?.postMessage(message);
  const beat = setInterval(() => say({ kind: "alive", path }), aliveMs);
  try {
    const context = await opened;
    const stage = stages[name];
    if (!jobs.has(name)) jobs.set(name, new Map(stage.jobs(context).map((job) => [job.path, job])));
    const job = jobs.get(name)?.get(path);
    if (job === undefined) throw new DoselapError("Job", "is no job of this study", { file: path });
    const run = await runStageJob(stage, job, context, {
      signal,
      now: () => performance.now(),
      progress: (fraction, note = "", samples) =>
        say({ kind: "progress", stage: name, path, fraction, note, samples }),
    });
    return { kind: "run", run };
  } catch (error) {
    // Errors lose their class between threads: the tag travels apart.
    return {
      kind: "error",
      tag: isDoselapError(error) ? error._tag : "Job",
      message: messageOf(error),
    };
  } finally {
    clearInterval(beat);
  }
}
