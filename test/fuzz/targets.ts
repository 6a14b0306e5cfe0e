// Every reader and every text that is parsed, one line each. A new format adds its line here, with a target in `targets/`.

import type { FuzzTarget } from "./target.ts";
import * as arrays from "./targets/arrays.ts";
import * as bundle from "./targets/bundle.ts";
import * as containers from "./targets/containers.ts";
import * as runFolder from "./targets/run-folder.ts";
import * as slurm from "./targets/slurm.ts";
import * as text from "./targets/text.ts";

export const targets: readonly FuzzTarget[] = [
  arrays.npyTarget,
  arrays.zipTarget,
  arrays.bzip2Target,
  arrays.npzTarget,
  arrays.inspectTarget,
  arrays.datasetTarget,
  arrays.streamTarget,
  arrays.argumentTarget,
  containers.stackTarget,
  containers.tiffTarget,
  containers.mat5Target,
  containers.zarrTarget,
  containers.slacTarget,
  containers.positionsTarget,
  text.studyFileTarget,
  text.commandLineTarget,
  runFolder.studyTarget,
  runFolder.planTarget,
  runFolder.recordTarget,
  runFolder.resultTarget,
  runFolder.reportTextTarget,
  runFolder.imagesTarget,
  runFolder.verifyTarget,
  runFolder.eventsTarget,
  runFolder.lockTarget,
  runFolder.checkpointTarget,
  runFolder.trainerTarget,
  bundle.headTarget,
  bundle.configTarget,
  bundle.topologyTarget,
  bundle.historyTarget,
  bundle.weightsTarget,
  slurm.outputTarget,
  slurm.submissionTarget,
  slurm.tasksTarget,
];
