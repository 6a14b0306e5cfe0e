// The manifests of the training stage: whole, relative, repeatable.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { design, tinyJob } from "../../../test/support/training-job.ts";
import {
  skipSummary,
  trainingManifest,
  trainingSummary,
  writeTrainingManifests,
  type TrainingManifestInput,
} from "./manifest.ts";
import { runTrainingJob } from "./run.ts";

async function input(): Promise<TrainingManifestInput> {
  const { job, root } = await tinyJob();
  const runner = (): Promise<{ [key: string]: unknown }> =>
    Promise.resolve({ metrics: { loss: 0.25 }, model: () => "a model" });
  const outcome = await runTrainingJob(job, { runner, design });
  return {
    designHash: "d".repeat(64),
    relativeTo: root,
    filters: { dose: [1000], view: undefined },
    rows: [
      { job, state: "done", reason: null, summary: trainingSummary(outcome, { relativeTo: root }) },
      { job: { ...job, arm: "supervised" }, state: "skipped", reason: "no labels" },
      { job: { ...job, seed: 43 }, state: "failed", reason: "exit code 3" },
    ],
    skippedViews: [{ dose: 1e4, view: "sparse", reason: "train.npz missing" }],
  };
}

test("the manifest names every job with relative paths, state, reason and effective configuration", async () => {
  const given = await input();
  const manifest = trainingManifest(given);
  const folder = "dose_1000/baseline";
  expect(manifest).toMatchObject({
    schemaVersion: 1,
    designHash: "d".repeat(64),
    dryRun: false,
    filters: { dose: [1000] },
    skippedViews: [{ dose: 1e4, view: "sparse", reason: "train.npz missing" }],
    skippedCount: 1,
    skipSummaryPath: "skip_summary.json",
    jobs: [
      {
        dose: 1000,
        view: "baseline",
        gridsize: 1,
        arm: "pinn",
        seed: 42,
        trainDataPath: `data/${folder}/seed_42/train.npz`,
        testDataPath: `data/${folder}/seed_42/test.npz`,
        artifactDir: `train/${folder}/gs1/pinn/seed_42`,
        logPath: `train/${folder}/gs1/pinn/seed_42/train.log`,
        state: "done",
        reason: null,
        config: {
          neighborCount: 7,
          nGroups: 6,
          nSubsample: 6,
          groupingSeed: 123,
          subsampleSeed: 456,
          simulationSeed: 42,
          nphotons: 1000,
          outputDir: `train/${folder}/gs1/pinn/seed_42`,
        },
        result: { metrics: { loss: 0.25 } },
      },
      { arm: "supervised", state: "skipped", reason: "no labels" },
      { seed: 43, state: "failed", reason: "exit code 3" },
    ],
  });
});

test("nothing of this machine or this moment is in it, and it is plain JSON", async () => {
  const given = await input();
  const text = JSON.stringify(trainingManifest(given));
  expect(text).not.toContain(given.relativeTo);
  expect(text).not.toMatch(/time|stamp|host/i);
  expect(JSON.parse(text)).toEqual(trainingManifest(given));
});

test("the skip summary counts views without data and jobs without a runner", async () => {
  expect(skipSummary(await input())).toEqual({
    schemaVersion: 1,
    designHash: "d".repeat(64),
    skippedViews: [{ dose: 1e4, view: "sparse", reason: "train.npz missing" }],
    skippedCount: 1,
    skippedJobs: [
      {
        dose: 1000,
        view: "baseline",
        gridsize: 1,
        arm: "supervised",
        seed: 42,
        reason: "no labels",
      },
    ],
    skippedJobCount: 1,
  });
});

test("a dry run is told with the command that was planned", async () => {
  const { job, root } = await tinyJob();
  const runner = (): Promise<{ [key: string]: unknown }> => Promise.resolve({});
  const plan = await runTrainingJob(job, { runner, design, dryRun: true, command: "python train.py" });
  const summary = trainingSummary(plan, { relativeTo: root });
  expect(summary).toMatchObject({ command: "python train.py", config: { neighborCount: 7 } });
  expect(summary).not.toHaveProperty("result");
});

test("the files hold what the functions return", async () => {
  const given = await input();
  const dir = join(given.relativeTo, "made", "train");
  await writeTrainingManifests(dir, given);
  expect(JSON.parse(readFileSync(join(dir, "training_manifest.json"), "utf8"))).toEqual(
    trainingManifest(given),
  );
  expect(JSON.parse(readFileSync(join(dir, "skip_summary.json"), "utf8"))).toEqual(skipSummary(given));
});
