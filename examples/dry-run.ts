// The preview of a training job: dose 1000, baseline, gridsize 1. The runner is not called and no parameter is set.

import { readFile } from "node:fs/promises";
import { runTrainingJob } from "../src/index.ts";
import { design, withTinyJob } from "./lib/tiny-job.ts";

await withTinyJob(async (job, root) => {
  const preview = await runTrainingJob(job, {
    runner: () => Promise.reject(new Error("a dry run calls no runner")),
    design,
    dryRun: true,
    relativeTo: root,
  });
  const { N } = preview.config.model;
  console.log(
    `dose ${preview.dose}, view ${preview.view}, gridsize ${preview.gridsize}, N ${N}: dry run ${preview.dryRun}`,
  );
  console.log(`command: ${preview.command}`);
  console.log("\ntrain.log:");
  console.log(await readFile(job.logPath, "utf8"));
});
