// Injects a runner of one's own: it writes a line to the job's log and returns a number, and both come back.

import { readFile } from "node:fs/promises";
import { runTrainingJob, type TrainingRunner } from "../src/index.ts";
import { design, withTinyJob } from "./lib/tiny-job.ts";

const stubRunner: TrainingRunner = async ({ job, config, params, logPath, log }) => {
  log.line(`RUN ${job.view} dose=${job.dose} log=${logPath}`);
  // The legacy parameters were bridged from the config before this call.
  return { finalLoss: 0.125, epochs: config.nepochs, legacyPhotons: params.cfg["nphotons"] };
};

await withTinyJob(async (job, root) => {
  const outcome = await runTrainingJob(job, { runner: stubRunner, design, relativeTo: root });
  const log = await readFile(job.logPath, "utf8");
  console.log(log.split("\n").find((line) => line.startsWith("RUN ")));
  console.log(
    `result of ${outcome.view}, dose ${outcome.dose}, gridsize ${outcome.gridsize}:`,
    outcome.result,
  );
});
