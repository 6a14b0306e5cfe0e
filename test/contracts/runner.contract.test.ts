// What every runner must do, whoever trains: one suite, a row per runner.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { DoselapError } from "../../src/errors.ts";
import { runTrainingJob } from "../../src/study/training/run.ts";
import { commandRunner } from "../../src/study/training/runners/command.ts";
import type { TrainingRunner } from "../../src/study/training/runners/runner.ts";
import { design, rejection, tinyJob } from "../support/training-job.ts";

interface Row {
  readonly name: string;
  /** Trains: leaves the object as reconstruction.npz and says "epoch 1 µ". */
  trains(objectFile: string): TrainingRunner;
  /** Fails after saying "epoch 1 µ". */
  fails(): TrainingRunner;
  /** Says "started" and does not end by itself. */
  hangs(): TrainingRunner;
}

const rows: readonly Row[] = [
  {
    name: "an injected function",
    trains:
      (objectFile) =>
      async ({ job, log }) => {
        log.line("epoch 1 µ");
        await copyFile(objectFile, join(job.artifactDir, "reconstruction.npz"));
        return { reconstruction: "reconstruction.npz" };
      },
    fails:
      () =>
      ({ log }) => {
        log.line("epoch 1 µ");
        return Promise.reject(new Error("it failed"));
      },
    hangs:
      () =>
      async ({ log, signal }) => {
        log.line("started");
        while (signal?.aborted !== true) await delay(5);
        throw new DoselapError("Interrupted", "stopped");
      },
  },
  {
    name: "command",
    trains: (objectFile) =>
      commandRunner({ command: `echo 'epoch 1 µ'; cp '${objectFile}' reconstruction.npz` }),
    fails: () => commandRunner({ command: "echo 'epoch 1 µ'; exit 1" }),
    hangs: () => commandRunner({ command: "echo started; sleep 600" }),
  },
];

describe.each(rows)("runner contract: $name", ({ trains, fails, hangs }) => {
  test("a trained job returns where its reconstruction lies", async () => {
    const { job, objectFile } = await tinyJob();
    const { result } = await runTrainingJob(job, { runner: trains(objectFile), design });
    expect(result["reconstruction"]).toBe("reconstruction.npz");
    expect(existsSync(join(job.artifactDir, "reconstruction.npz"))).toBe(true);
  });

  test("its output is in the log, escaped, before its end", async () => {
    const { job, objectFile } = await tinyJob();
    await runTrainingJob(job, { runner: trains(objectFile), design });
    expect(readFileSync(job.logPath, "utf8")).toMatch(/epoch 1 \\u00b5\n(.*\n)*result: done/);
  });

  test("a failure is thrown and its output stays in the log", async () => {
    const { job } = await tinyJob();
    const error = await rejection(runTrainingJob(job, { runner: fails(), design }));
    expect(error).toBeInstanceOf(Error);
    expect(readFileSync(job.logPath, "utf8")).toMatch(/epoch 1 \\u00b5\n(.*\n)*result: failed/);
  });

  test("an abort ends it with Interrupted", async () => {
    const { job } = await tinyJob();
    const abort = new AbortController();
    const running = runTrainingJob(job, { runner: hangs(), design, signal: abort.signal });
    while (!existsSync(job.logPath) || !readFileSync(job.logPath, "utf8").includes("started\n"))
      await delay(10);
    abort.abort();
    expect(await rejection(running)).toMatchObject({ _tag: "Interrupted" });
  });

  test("nothing is written outside the job's folder, and the data stay as they are", async () => {
    const { job, root, objectFile } = await tinyJob();
    const before = readdirSync(root, { recursive: true }).map(String).sort();
    const data = readFileSync(job.trainDataPath);
    await runTrainingJob(job, { runner: trains(objectFile), design });
    const made = readdirSync(root, { recursive: true })
      .map(String)
      .filter((path) => !before.includes(path));
    expect(made.every((path) => path.startsWith("train"))).toBe(true);
    expect(readFileSync(job.trainDataPath).equals(data)).toBe(true);
  });

  test("a dry run leaves no trace of training", async () => {
    const { job, objectFile } = await tinyJob();
    await runTrainingJob(job, { runner: trains(objectFile), design, dryRun: true });
    expect(readdirSync(job.artifactDir)).toEqual(["train.log"]);
  });
});
