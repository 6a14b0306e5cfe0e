// The files that pass between a study and an external trainer: job.json, config.json, params.json in; reconstruction.npz
// and perhaps result.json out. Paths in them are relative to the job's folder, so that the folder can be moved.

import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { DoselapError } from "../../../errors.ts";
import { writeJson } from "../../../io/atomic.ts";
import { sha256File } from "../../../io/hash.ts";
import { parseJson } from "../../../io/json.ts";
import { legacyTrainingKeys } from "../bridge.ts";
import { isFile } from "../job.ts";
import { posixRelative } from "../paths.ts";
import { checkReconstruction, reconstructionFile } from "./reconstruction.ts";
import type { RunnerCall, RunnerResult } from "./runner.ts";

const trainerResultFile = "result.json";

/** Every file of the protocol, by its name in the job's folder. */
export const protocolFiles: readonly string[] = [
  "job.json",
  "config.json",
  "params.json",
  reconstructionFile,
  trainerResultFile,
];

/** Writes the three input files and removes outputs of an earlier run, which would pass for new ones. */
export async function writeInputs({ job, config, params, overlapMetricsPath }: RunnerCall): Promise<void> {
  const { artifactDir, trainDataPath, testDataPath, logPath, dose, view, gridsize, arm, seed } = job;
  const here = (path: string): string => posixRelative(artifactDir, path);
  const files = { train: here(trainDataPath), test: here(testDataPath) };
  await Promise.all(
    [reconstructionFile, trainerResultFile].map((name) => rm(join(artifactDir, name), { force: true })),
  );
  await writeJson(join(artifactDir, "job.json"), {
    dose,
    view,
    gridsize,
    arm,
    seed,
    trainDataPath: files.train,
    testDataPath: files.test,
    artifactDir: ".",
    logPath: here(logPath),
    overlapMetricsPath: overlapMetricsPath === undefined ? null : here(overlapMetricsPath),
  });
  await writeJson(join(artifactDir, "config.json"), {
    ...config,
    trainDataFile: files.train,
    testDataFile: files.test,
    outputDir: ".",
  });
  await writeJson(join(artifactDir, "params.json"), {
    ...params.cfg,
    [legacyTrainingKeys.trainDataFile]: files.train,
    [legacyTrainingKeys.testDataFile]: files.test,
    [legacyTrainingKeys.outputDir]: ".",
  });
}

/** Checks what the trainer left and describes it.
 * @throws Runner when the reconstruction is missing, unreadable, of the wrong kind or shape, or not finite, or when
 * result.json is no JSON object. */
export async function readOutputs({ job }: RunnerCall): Promise<RunnerResult> {
  const file = join(job.artifactDir, reconstructionFile);
  const shape = await checkReconstruction(file, job.testDataPath);
  const metrics = await readTrainerResult(join(job.artifactDir, trainerResultFile));
  return {
    reconstruction: reconstructionFile,
    reconstructionSha256: await sha256File(file),
    objectShape: shape,
    ...(metrics === undefined ? {} : { metrics }),
  };
}

/** The trainer's metrics; undefined when it left none. */
async function readTrainerResult(file: string): Promise<unknown> {
  if (!isFile(file)) return undefined;
  const malformed = {
    file,
    expected: "a JSON object",
    hint: "JSON has no NaN: leave such a metric out, or fail.",
  };
  let result: unknown;
  try {
    result = parseJson(await readFile(file, "utf8"));
  } catch (cause) {
    throw new DoselapError("Runner", "the trainer's result is malformed", {
      ...malformed,
      got: "no JSON",
      cause,
    });
  }
  if (typeof result !== "object" || result === null || Array.isArray(result)) {
    throw new DoselapError("Runner", "the trainer's result is malformed", {
      ...malformed,
      got: JSON.stringify(result),
    });
  }
  checkName("trainer" in result ? result.trainer : undefined, file);
  return result;
}

/** It stands beside the arm's name in tables, so it is one short printable line. */
function checkName(name: unknown, file: string): void {
  if (
    name === undefined ||
    (typeof name === "string" && /^[^\p{C}\p{Z}](?:[^\p{C}\p{Zl}\p{Zp}]{0,39})$/u.test(name))
  )
    return;
  throw new DoselapError("Runner", "the trainer's name cannot stand in a table", {
    file,
    key: "trainer",
    expected: "a text of 1 to 40 printable characters",
    got: JSON.stringify(name),
  });
}
