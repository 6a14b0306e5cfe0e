// What every runner must do, whoever trains: one suite, a row per runner.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { DoselapError } from "../../src/errors.ts";
import { openNodeRuntime } from "../../src/nn/runtime/node.ts";
import type { StudyDesign } from "../../src/study/design/schema.ts";
import type { TrainingJob } from "../../src/study/training/job.ts";
import { runTrainingJob } from "../../src/study/training/run.ts";
import { builtinRunner } from "../../src/study/training/runners/builtin.ts";
import { commandRunner } from "../../src/study/training/runners/command.ts";
import { runnerNames } from "../../src/study/training/runners/registry.ts";
import type { TrainingRunner } from "../../src/study/training/runners/runner.ts";
import { losing } from "../support/losing-runtime.ts";
import { networkJob } from "../support/network-job.ts";
import { design, rejection, tinyJob } from "../support/training-job.ts";

/** A job, and what the runner is told about it. */
interface Prepared {
  readonly job: TrainingJob;
  readonly design: StudyDesign;
  readonly root: string;
  readonly runner: TrainingRunner;
}

interface Row {
  readonly name: string;
  /** What its log holds of its first epoch. */
  readonly says: RegExp;
  /** Trains. */
  trains(): Promise<Prepared>;
  /** Fails after its first epoch. */
  fails(): Promise<Prepared>;
  /** Says `begun` and does not end by itself. */
  hangs(): Promise<Prepared>;
  readonly begun: string;
}

async function tiny(runner: (objectFile: string) => TrainingRunner): Promise<Prepared> {
  const { job, root, objectFile } = await tinyJob();
  return { job, root, design, runner: runner(objectFile) };
}

async function network(epochs: number, runner = builtinRunner()): Promise<Prepared> {
  const { job, root, design: own } = await networkJob("pinn", { changes: { methods: { pinn: { epochs } } } });
  return { job, root, design: own, runner };
}

const rows: readonly Row[] = [
  {
    name: "an injected function",
    says: /^epoch 1 \\u00b5$/mu,
    begun: "started\n",
    trains: () =>
      tiny((objectFile) => async ({ job, log }) => {
        log.line("epoch 1 µ");
        await copyFile(objectFile, join(job.artifactDir, "reconstruction.npz"));
        return { reconstruction: "reconstruction.npz" };
      }),
    fails: () =>
      tiny(() => ({ log }) => {
        log.line("epoch 1 µ");
        return Promise.reject(new Error("it failed"));
      }),
    hangs: () =>
      tiny(() => async ({ log, signal }) => {
        log.line("started");
        while (signal?.aborted !== true) await delay(5);
        throw new DoselapError("Interrupted", "stopped");
      }),
  },
  {
    name: "command",
    says: /^out\| epoch 1 \\u00b5$/mu,
    begun: "started\n",
    trains: () =>
      tiny((objectFile) =>
        commandRunner({ command: `echo 'epoch 1 µ'; cp '${objectFile}' reconstruction.npz` }),
      ),
    fails: () => tiny(() => commandRunner({ command: "echo 'epoch 1 µ'; exit 1" })),
    hangs: () => tiny(() => commandRunner({ command: "echo started; sleep 600" })),
  },
  {
    name: "builtin",
    says: /^epoch 1\/\d+: loss/mu,
    begun: "epoch 1/",
    trains: () => network(1),
    fails: () => network(2, builtinRunner({ openRuntime: async () => losing(await openNodeRuntime(), 8) })),
    hangs: () => network(1e6),
  },
];

test("every runner of the registry has its row", () => {
  expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining(runnerNames));
});

describe.each(rows)("runner contract: $name", ({ says, begun, trains, fails, hangs }) => {
  test("a trained job returns where its reconstruction lies, and its output is in the log before its end", async () => {
    const { job, ...options } = await trains();
    const { result } = await runTrainingJob(job, options);
    expect(result["reconstruction"]).toBe("reconstruction.npz");
    expect(existsSync(join(job.artifactDir, "reconstruction.npz"))).toBe(true);
    const log = readFileSync(job.logPath, "utf8");
    expect(log).toMatch(says);
    expect(log.search(says)).toBeLessThan(log.indexOf("\nresult: done"));
  });

  test("a failure is thrown and its output stays in the log", async () => {
    const { job, ...options } = await fails();
    const error = await rejection(runTrainingJob(job, options));
    expect(error).toBeInstanceOf(Error);
    const log = readFileSync(job.logPath, "utf8");
    expect(log).toMatch(says);
    expect(log.search(says)).toBeLessThan(log.indexOf("\nresult: failed"));
  });

  test("an abort ends it with Interrupted", async () => {
    const { job, ...options } = await hangs();
    const abort = new AbortController();
    const running = runTrainingJob(job, { ...options, signal: abort.signal });
    while (!existsSync(job.logPath) || !readFileSync(job.logPath, "utf8").includes(begun)) await delay(10);
    abort.abort();
    expect(await rejection(running)).toMatchObject({ _tag: "Interrupted" });
  });

  test("nothing is written outside the job's folder, and the data stay as they are", async () => {
    const { job, root, ...options } = await trains();
    const before = readdirSync(root, { recursive: true }).map(String).sort();
    const data = readFileSync(job.trainDataPath);
    await runTrainingJob(job, options);
    const made = readdirSync(root, { recursive: true })
      .map(String)
      .filter((path) => !before.includes(path));
    expect(made.every((path) => path.startsWith("train"))).toBe(true);
    expect(readFileSync(job.trainDataPath).equals(data)).toBe(true);
  });

  test("a dry run leaves no trace of training", async () => {
    const { job, ...options } = await trains();
    await runTrainingJob(job, { ...options, dryRun: true });
    expect(readdirSync(job.artifactDir)).toEqual(["train.log"]);
  });
});
