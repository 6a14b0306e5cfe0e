// The contract of running a training job, clause by clause, with injected runners and spies.

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { ndarray } from "../../array/ndarray.ts";
import {
  design,
  rejection,
  temporaryFolder,
  tiny,
  tinyJob,
  writeDataFile,
} from "../../../test/support/training-job.ts";
import { freshParams, updateLegacyDict } from "./bridge.ts";
import { runTrainingJob } from "./run.ts";
import type { RunnerCall, RunnerResult, TrainingRunner } from "./runners/runner.ts";

function spyRunner(result: RunnerResult = { metrics: { loss: 0.25 } }) {
  return vi.fn<TrainingRunner>(() => Promise.resolve(result));
}

function sha256(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

describe("runTrainingJob invokes runner", () => {
  test("once, with the job's config, and returns its result with metadata", async () => {
    const { job } = await tinyJob({ view: "dense", gridsize: 2 });
    const runner = spyRunner();
    const outcome = await runTrainingJob(job, { runner, design });
    expect(runner).toHaveBeenCalledTimes(1);
    const call = runner.mock.calls[0]![0];
    expect(call).toMatchObject({
      job,
      logPath: job.logPath,
      config: { model: { N: tiny.sizePx, gridsize: 2 }, nphotons: 1000 },
    });
    expect(outcome).toEqual({
      ...job,
      dryRun: false,
      config: call.config,
      result: { metrics: { loss: 0.25 } },
    });
  });

  test("after the bridge, which is called once with the full config on a fresh dictionary", async () => {
    const { job } = await tinyJob();
    const order: string[] = [];
    const bridge = vi.fn<typeof updateLegacyDict>((cfg, config) => {
      expect(cfg).toEqual(freshParams().cfg);
      order.push("bridge");
      updateLegacyDict(cfg, config);
    });
    const runner = vi.fn<TrainingRunner>((call) => {
      order.push("runner");
      // What the runner sees is the dictionary that the bridge has filled.
      expect(call.params.cfg).toBe(bridge.mock.calls[0]![0]);
      expect(call.params.cfg).toMatchObject({
        nphotons: 1000,
        N: tiny.sizePx,
        gridsize: 1,
        neighbor_count: 7,
        npseed: 42,
      });
      return Promise.resolve({});
    });
    const { config } = await runTrainingJob(job, { runner, design, updateLegacyDict: bridge });
    expect(order).toEqual(["bridge", "runner"]);
    expect(bridge).toHaveBeenCalledTimes(1);
    expect(bridge.mock.calls[0]![1]).toBe(config);
  });

  test("with a config in which every control of the design arrives", async () => {
    const { job } = await tinyJob({ replicate: 2, seed: 44 });
    const training = { epochs: 3, batchSize: 2, learningRate: 0.5, groupCount: 4, subsampleCount: 5 };
    const runner = spyRunner();
    await runTrainingJob(job, {
      runner,
      design: { ...design, neighborCount: 5, training },
      backend: "tensorflow",
    });
    const { config, params } = runner.mock.calls[0]![0];
    expect(config).toMatchObject({
      nphotons: 1000,
      neighborCount: 5,
      nGroups: 4,
      nSubsample: 5,
      nepochs: 3,
      batchSize: 2,
      learningRate: 0.5,
      backend: "tensorflow",
      groupingSeed: 125,
      subsampleSeed: 458,
      simulationSeed: 44,
    });
    expect(params.cfg).toMatchObject({
      neighbor_count: 5,
      n_groups: 4,
      n_subsample: 5,
      nepochs: 3,
      batch_size: 2,
    });
    const log = readFileSync(job.logPath, "utf8");
    for (const line of [
      "neighborCount=5",
      "nGroups=4",
      "nSubsample=5",
      "nepochs=3",
      "groupingSeed=125",
      "model.N=8",
    ]) {
      expect(log).toContain(`config: ${line}\n`);
    }
  });

  test("with folders and log already made", async () => {
    const { job } = await tinyJob();
    const seen = vi.fn<TrainingRunner>((call) => {
      expect(existsSync(call.job.artifactDir)).toBe(true);
      expect(readFileSync(call.logPath, "utf8")).toContain(
        "job: dose=1000 view=baseline gridsize=1 arm=pinn seed=42\n",
      );
      call.log.line("from the runner: µ");
      return Promise.resolve({});
    });
    await runTrainingJob(job, { runner: seen, design });
    expect(readFileSync(job.logPath, "utf8")).toContain("from the runner: \\u00b5\n");
  });

  test("and a log outside the job's folder gets its own", async () => {
    const { job, root } = await tinyJob();
    const logPath = join(root, "logs", "deep", "train.log");
    await runTrainingJob({ ...job, logPath }, { runner: spyRunner(), design });
    expect(readFileSync(logPath, "utf8")).toContain("result: done");
  });

  test("and the job is not changed: a frozen one works", async () => {
    const { job } = await tinyJob();
    const before = structuredClone(job);
    expect(Object.isFrozen(job)).toBe(true);
    await runTrainingJob(job, { runner: spyRunner(), design });
    expect(job).toEqual(before);
  });
});

describe("the log", () => {
  test("carries dose, view, gridsize, paths with hashes, the overlap metrics and the result, in ASCII", async () => {
    const { job, root } = await tinyJob();
    const overlapMetricsPath = join(root, "views", "metrics_bundle.json");
    await writeDataFile(overlapMetricsPath);
    const runner = spyRunner({ note: "naïve", metrics: { loss: 0.25 } });
    await runTrainingJob(job, { runner, design, relativeTo: root, overlapMetricsPath });
    const log = readFileSync(job.logPath, "utf8");
    expect(log).toMatch(/^[\x20-\x7e\n]*$/);
    const folder = "dose_1000/baseline";
    expect(log.split("\n")).toEqual(
      expect.arrayContaining([
        "job: dose=1000 view=baseline gridsize=1 arm=pinn seed=42",
        `folder: train/${folder}/gs1/pinn/seed_42`,
        `train data: data/${folder}/seed_42/train.npz sha256=${sha256(job.trainDataPath)}`,
        `test data: data/${folder}/seed_42/test.npz sha256=${sha256(job.testDataPath)}`,
        `overlap metrics: views/metrics_bundle.json sha256=${sha256(overlapMetricsPath)}`,
        'result: done {"note":"na\\u00efve","metrics":{"loss":0.25}}',
      ]),
    );
    expect(log).not.toContain(root);
  });

  test("is the same bytes in another folder, also when the job works in a temporary one", async () => {
    const logs: string[] = [];
    for (const temporary of [false, true]) {
      const { job, root } = await tinyJob();
      const artifactDir = temporary ? join(root, "train", ".partial") : job.artifactDir;
      const moved = { ...job, artifactDir, logPath: join(artifactDir, "train.log") };
      await runTrainingJob(moved, {
        runner: spyRunner(),
        design,
        relativeTo: root,
        publishedDir: job.artifactDir,
      });
      logs.push(readFileSync(moved.logPath, "utf8"));
    }
    expect(logs[1]).toBe(logs[0]);
  });
});

describe("runTrainingJob dry run", () => {
  test("calls neither runner nor bridge, and makes no dictionary", async () => {
    const { job } = await tinyJob();
    const spies = {
      runner: spyRunner(),
      updateLegacyDict: vi.fn<typeof updateLegacyDict>(),
      params: vi.fn<typeof freshParams>(),
    };
    await runTrainingJob(job, { ...spies, design, dryRun: true });
    for (const spy of Object.values(spies)) expect(spy).not.toHaveBeenCalled();
  });

  test("returns the plan", async () => {
    const { job } = await tinyJob();
    const { config, ...summary } = await runTrainingJob(job, { runner: spyRunner(), design, dryRun: true });
    expect(summary).toEqual({
      dryRun: true,
      dose: 1000,
      view: "baseline",
      gridsize: 1,
      arm: "pinn",
      seed: 42,
      paths: {
        trainDataPath: job.trainDataPath,
        testDataPath: job.testDataPath,
        artifactDir: job.artifactDir,
        logPath: job.logPath,
        overlapMetricsPath: null,
      },
      command: "doselap train fly64 --dose 1000 --view baseline --gridsize 1 --arm pinn --seed 42",
    });
    expect(config).toMatchObject({ nphotons: 1000, model: { N: tiny.sizePx }, neighborCount: 7 });
  });

  test("writes the planned call to the log", async () => {
    const { job } = await tinyJob();
    await runTrainingJob(job, { runner: spyRunner(), design, dryRun: true, command: "python train.py" });
    const log = readFileSync(job.logPath, "utf8");
    expect(log).toContain("DRY RUN: command: python train.py\n");
    expect(log).toContain("job: dose=1000 view=baseline gridsize=1");
    expect(log).toContain("config: neighborCount=7\n");
    expect(log).not.toContain("result:");
  });
});

describe("a failure", () => {
  test("of the runner reaches the caller as the same object, after the log holds it", async () => {
    const { job } = await tinyJob();
    const thrown = new TypeError("no µ-scope", { cause: new Error("deep cause") });
    const error = await rejection(runTrainingJob(job, { runner: () => Promise.reject(thrown), design }));
    expect(error).toBe(thrown);
    const log = readFileSync(job.logPath, "utf8");
    expect(log).toContain("result: failed TypeError: no \\u00b5-scope\n");
    expect(log).toContain("cause: deep cause\n");
    expect(existsSync(job.artifactDir)).toBe(true);
  });

  test("is passed on and logged also when it is thrown before any promise is made", async () => {
    const { job } = await tinyJob();
    const thrown = new RangeError("at once");
    const runner = (): Promise<RunnerResult> => {
      throw thrown;
    };
    expect(await rejection(runTrainingJob(job, { runner, design }))).toBe(thrown);
    expect(readFileSync(job.logPath, "utf8")).toContain("result: failed RangeError: at once\n");
  });

  test("of the bridge is logged too, and the runner is not called", async () => {
    const { job } = await tinyJob();
    const runner = spyRunner();
    const thrown = new Error("bridge is out");
    const updateLegacyDict = (): never => {
      throw thrown;
    };
    expect(await rejection(runTrainingJob(job, { runner, design, updateLegacyDict }))).toBe(thrown);
    expect(runner).not.toHaveBeenCalled();
    expect(readFileSync(job.logPath, "utf8")).toContain("result: failed Error: bridge is out\n");
  });

  test("is a result that is not finite: a NaN is no score", async () => {
    const { job } = await tinyJob();
    const runner = spyRunner({ metrics: { loss: Number.NaN } });
    const error = await rejection(runTrainingJob(job, { runner, design }));
    expect(error).toMatchObject({ _tag: "Runner", context: { key: "metrics.loss" } });
    expect(readFileSync(job.logPath, "utf8")).toContain("result: failed RunnerError");
  });

  test("is a train and a test file of different N", async () => {
    const { job } = await tinyJob();
    await writeDataFile(job.testDataPath, {
      diffraction: ndarray("float32", [2, 4, 4], new Float32Array(32)),
    });
    const error = await rejection(runTrainingJob(job, { runner: spyRunner(), design }));
    expect(error).toMatchObject({
      _tag: "Contract",
      context: { expected: expect.stringContaining("N = 8"), got: "N = 4" },
    });
    expect(readFileSync(job.logPath, "utf8")).toContain("result: failed ContractError");
  });

  test("is a folder that cannot be made", async () => {
    const { job, root } = await tinyJob();
    const blocker = join(root, "blocker");
    await writeFile(blocker, "");
    const artifactDir = join(blocker, "job");
    const blocked = { ...job, artifactDir, logPath: join(artifactDir, "train.log") };
    const error = await rejection(runTrainingJob(blocked, { runner: spyRunner(), design }));
    expect(error).toMatchObject({ _tag: "File", context: { file: artifactDir } });
  });

  test("is a stop that was asked for before the runner was called", async () => {
    const { job } = await tinyJob();
    const runner = spyRunner();
    const error = await rejection(runTrainingJob(job, { runner, design, signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ _tag: "Interrupted" });
    expect(runner).not.toHaveBeenCalled();
  });
});

test("two jobs at once share no state", async () => {
  const root = await temporaryFolder();
  const { job: bright } = await tinyJob({ dose: 1e5, doseIndex: 2 }, { root });
  const { job: dim } = await tinyJob({ view: "dense", gridsize: 2 }, { root });
  let arrived = 0;
  let release: () => void = () => undefined;
  const bothHere = new Promise<void>((resolve) => (release = resolve));
  const runner = async ({ params, log }: RunnerCall): Promise<RunnerResult> => {
    const { nphotons, gridsize } = params.cfg;
    params.cfg["leak"] = nphotons;
    log.line(`mine: ${String(nphotons)}`);
    if (++arrived === 2) release();
    // Neither goes on before both have set their parameters.
    await bothHere;
    return { before: { nphotons, gridsize }, after: { ...params.cfg } };
  };
  const [first, second] = await Promise.all([
    runTrainingJob(bright, { runner, design }),
    runTrainingJob(dim, { runner, design }),
  ]);
  expect(first.result).toMatchObject({
    before: { nphotons: 1e5, gridsize: 1 },
    after: { nphotons: 1e5, gridsize: 1, leak: 1e5 },
  });
  expect(second.result).toMatchObject({
    before: { nphotons: 1e3, gridsize: 2 },
    after: { nphotons: 1e3, gridsize: 2, leak: 1e3 },
  });
  expect(readFileSync(bright.logPath, "utf8")).not.toContain("mine: 1000\n");
  expect(readFileSync(dim.logPath, "utf8")).not.toContain("mine: 100000\n");
});

test("many jobs may make the same folders at the same moment", async () => {
  const { job, root } = await tinyJob();
  const shared = join(root, "train", "a", "b", "c");
  const jobs = Array.from({ length: 16 }, (_, i) => ({
    ...job,
    artifactDir: shared,
    logPath: join(shared, "logs", `${i}.log`),
  }));
  const outcomes = await Promise.all(
    jobs.map((each) => runTrainingJob(each, { runner: spyRunner(), design })),
  );
  expect(outcomes).toHaveLength(16);
  for (const { logPath } of jobs) expect(readFileSync(logPath, "utf8")).toContain("result: done");
});
