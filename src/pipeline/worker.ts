// Worker entry: finds its job from the run folder and runs it. Loaded from dist/ by the executor.

import { parentPort } from "node:worker_threads";
import { DoselapError, isDoselapError, messageOf } from "../errors.ts";
import { openStageContext } from "./context.ts";
import { runStageJob } from "./run-job.ts";
import { stages } from "./stages/registry.ts";
import type { WorkerMessage, WorkerReply, WorkerTask } from "./worker-protocol.ts";

export default async function work({
  root,
  trainer,
  stage: name,
  path,
  signal,
}: WorkerTask): Promise<WorkerReply> {
  try {
    const context = await openStageContext(root, trainer);
    const stage = stages[name];
    const job = stage.jobs(context).find((candidate) => candidate.path === path);
    if (job === undefined) throw new DoselapError("Job", "is no job of this study", { file: path });
    const run = await runStageJob(stage, job, context, {
      signal,
      progress(fraction, note = "", samples) {
        parentPort?.postMessage({ stage: name, path, fraction, note, samples } satisfies WorkerMessage);
      },
    });
    return { kind: "run", run };
  } catch (error) {
    // Errors lose their class between threads: the tag travels apart.
    return {
      kind: "error",
      tag: isDoselapError(error) ? error._tag : "Job",
      message: messageOf(error),
    };
  }
}
