// The external trainer with real commands: files in, files out, log, and every way to fail.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ndarray } from "../../../array/ndarray.ts";
import { writeNpz } from "../../../io/npz.ts";
import {
  design,
  rejection,
  tiny,
  tinyJob,
  writeDataFile,
  writeObject,
} from "../../../../test/support/training-job.ts";
import { runTrainingJob, type TrainingOutcome } from "../run.ts";
import { commandRunner } from "./command.ts";

type Tiny = Awaited<ReturnType<typeof tinyJob>>;

function train({ job, root }: Tiny, command: string, signal?: AbortSignal): Promise<TrainingOutcome> {
  const runner = commandRunner({ command, execution: { killGraceMs: 2000, threads: 2 } });
  return runTrainingJob(job, { runner, design, relativeTo: root, command, signal });
}

function readJson(folder: string, name: string): unknown {
  return JSON.parse(readFileSync(join(folder, name), "utf8"));
}

test("a command that leaves a good reconstruction is a finished job", async () => {
  const given = await tinyJob();
  const { result } = await train(given, `cp ${given.objectFile} reconstruction.npz; echo trained`);
  expect(result).toEqual({
    reconstruction: "reconstruction.npz",
    reconstructionSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    objectShape: tiny.objectShape,
  });
  const log = readFileSync(given.job.logPath, "utf8");
  expect(log).toContain("out| trained\n");
  expect(log).toContain("command: ended with exit code 0\n");
});

test("it finds job.json, config.json and params.json in its working directory", async () => {
  const given = await tinyJob({ view: "dense", gridsize: 2 });
  const { job } = given;
  await train(
    given,
    `cat job.json config.json params.json > all.txt && cp ${given.objectFile} reconstruction.npz`,
  );
  const up = "../../../../../..";
  const trainFile = `${up}/data/dose_1000/dense/seed_42/train.npz`;
  const testFile = `${up}/data/dose_1000/dense/seed_42/test.npz`;
  expect(readJson(job.artifactDir, "job.json")).toEqual({
    dose: 1000,
    view: "dense",
    gridsize: 2,
    arm: "pinn",
    seed: 42,
    trainDataPath: trainFile,
    testDataPath: testFile,
    artifactDir: ".",
    logPath: "train.log",
    overlapMetricsPath: null,
  });
  expect(readJson(job.artifactDir, "config.json")).toMatchObject({
    model: { N: tiny.sizePx, gridsize: 2, objectBig: true },
    nphotons: 1000,
    trainDataFile: trainFile,
    outputDir: ".",
  });
  expect(readJson(job.artifactDir, "params.json")).toMatchObject({
    "object.big": true,
    nphotons: 1000,
    gridsize: 2,
    N: tiny.sizePx,
    neighbor_count: 7,
    train_data_file_path: trainFile,
    test_data_file_path: testFile,
    output_prefix: ".",
    nepochs: 5,
  });
  expect(existsSync(join(job.artifactDir, trainFile))).toBe(true);
  for (const name of ["job.json", "config.json", "params.json"]) {
    expect(readFileSync(join(job.artifactDir, name), "utf8")).not.toContain(given.root);
  }
});

test("its environment tells the job's folder, data and numbers", async () => {
  const given = await tinyJob();
  const { job } = given;
  await train(
    given,
    `env | grep ^DOSELAP_ > environment.txt; cp ${given.objectFile} "$DOSELAP_JOB_DIR/reconstruction.npz"`,
  );
  expect(readFileSync(join(job.artifactDir, "environment.txt"), "utf8").trim().split("\n").sort()).toEqual(
    [
      `DOSELAP_JOB_DIR=${job.artifactDir}`,
      `DOSELAP_TRAIN_DATA=${job.trainDataPath}`,
      `DOSELAP_TEST_DATA=${job.testDataPath}`,
      "DOSELAP_OVERLAP_METRICS=",
      "DOSELAP_DOSE=1000",
      "DOSELAP_VIEW=baseline",
      "DOSELAP_GRIDSIZE=1",
      "DOSELAP_ARM=pinn",
      "DOSELAP_SEED=42",
      "DOSELAP_THREADS=2",
    ].sort(),
  );
});

test("execution settings stay out of every file that it is given", async () => {
  const given = await tinyJob();
  await train(given, `cp ${given.objectFile} reconstruction.npz`);
  for (const name of ["job.json", "config.json", "params.json"]) {
    expect(readFileSync(join(given.job.artifactDir, name), "utf8")).not.toMatch(/thread|grace|timeout/i);
  }
});

test("its result.json is returned as metrics", async () => {
  const given = await tinyJob();
  const { result } = await train(
    given,
    `cp ${given.objectFile} reconstruction.npz; echo '{"loss": 0.5}' > result.json`,
  );
  expect(result["metrics"]).toEqual({ loss: 0.5 });
});

test.each(["mine", "PtychoPINN 2.1 (µ)"])("it may name itself in result.json: %s", async (trainer) => {
  const given = await tinyJob();
  const written = `'${JSON.stringify({ trainer })}' > result.json`;
  const { result } = await train(given, `cp ${given.objectFile} reconstruction.npz; echo ${written}`);
  expect(result["metrics"]).toEqual({ trainer });
});

test("a line that begins with epoch 3/60 says how far it is; any other says nothing", async () => {
  const given = await tinyJob();
  const told: [number, string][] = [];
  const lines = String.raw`epoch 3/60: loss 1\nepoch 61/60\nepoch 0/0\nan epoch 4/60\nEpoch 60/60\n`;
  const runner = commandRunner({ command: `printf '${lines}'; cp ${given.objectFile} reconstruction.npz` });
  const progress = (fraction: number, note: string): void => void told.push([fraction, note]);
  await runTrainingJob(given.job, { runner, design, progress });
  expect(told).toEqual([
    [0.05, "epoch 3/60"],
    [1, "Epoch 60/60"],
  ]);
});

test("complex128 is as good as complex64", async () => {
  const given = await tinyJob();
  const size = tiny.objectShape[0] * tiny.objectShape[1];
  await writeNpz(given.objectFile, {
    objectGuess: ndarray("complex128", tiny.objectShape, new Float64Array(2 * size)),
  });
  expect((await train(given, `cp ${given.objectFile} reconstruction.npz`)).result["objectShape"]).toEqual(
    tiny.objectShape,
  );
});

test("non-ASCII output is escaped in the log, and paths lose the run folder", async () => {
  const given = await tinyJob();
  await train(
    given,
    `cp ${given.objectFile} reconstruction.npz; printf 'µ-scope\\n' >&2; echo "$DOSELAP_JOB_DIR/model"`,
  );
  const log = readFileSync(given.job.logPath, "utf8");
  expect(log).toContain("err| \\u00b5-scope\n");
  expect(log).toContain("out| train/dose_1000/baseline/gs1/pinn/seed_42/model\n");
  expect(log).toMatch(/^[\x20-\x7e\n]*$/);
});

describe("a failed job names what went wrong", () => {
  test.each([
    ["an exit code", "exit 3", /expected exit code 0, got exit code 3\b/],
    [
      "an exit code that means a signal",
      "sh -c 'kill -KILL $$'; exit $?",
      /got exit code 137 \(128 \+ SIGKILL\)/,
    ],
    ["a death by signal", "kill -KILL $$", /killed by a signal.*got SIGKILL/],
    [
      "no reconstruction",
      "true",
      /without leaving its reconstruction.*complex objectGuess \(24, 20\), got no such file/,
    ],
    [
      "a reconstruction that is no NPZ",
      "echo nonsense > reconstruction.npz",
      /reconstruction cannot be read/,
    ],
    [
      "a result that is no JSON",
      "cp $OBJECT reconstruction.npz; echo '{\"loss\": NaN}' > result.json",
      /malformed.*got no JSON/,
    ],
    [
      "a result that is no object",
      "cp $OBJECT reconstruction.npz; echo '[1]' > result.json",
      /malformed.*got \[1\]/,
    ],
    [
      "a name of more than a line",
      String.raw`cp $OBJECT reconstruction.npz; printf '%s' '{"trainer": "a\nb"}' > result.json`,
      /name cannot stand in a table.*got "a\\nb"/,
    ],
    [
      "a name that is no text",
      "cp $OBJECT reconstruction.npz; echo '{\"trainer\": [1]}' > result.json",
      /name cannot stand in a table.*got \[1\]/,
    ],
  ])("%s", async (_name, command, message) => {
    const given = await tinyJob();
    const error = await rejection(train(given, `OBJECT=${given.objectFile}; ${command}`));
    expect(error).toMatchObject({ _tag: "Runner", message: expect.stringMatching(message) });
    expect(readFileSync(given.job.logPath, "utf8")).toContain("result: failed RunnerError");
  });

  test.each([
    ["another frame", { shape: [20, 24] }, /expected \(24, 20\), got \(20, 24\)/],
    ["another rank", { shape: [1, 24, 20] }, /expected \(24, 20\), got \(1, 24, 20\)/],
    ["NaN", { value: Number.NaN }, /expected finite numbers, got NaN at element 0/],
    ["an infinity", { value: Infinity }, /expected finite numbers, got Infinity/],
  ])("an object with %s", async (_name, object, message) => {
    const given = await tinyJob();
    await writeObject(given.objectFile, object);
    const error = await rejection(train(given, `cp ${given.objectFile} reconstruction.npz`));
    expect(error).toMatchObject({ _tag: "Runner", message: expect.stringMatching(message) });
  });

  test("an object that is not complex", async () => {
    const given = await tinyJob();
    await writeNpz(given.objectFile, { objectGuess: ndarray("float32", [24, 20], new Float32Array(480)) });
    const error = await rejection(train(given, `cp ${given.objectFile} reconstruction.npz`));
    expect(error).toMatchObject({
      message: expect.stringMatching(/expected complex64 or complex128, got float32/),
    });
  });

  test("a file without objectGuess", async () => {
    const given = await tinyJob();
    await writeNpz(given.objectFile, { object: ndarray("float32", [1], new Float32Array(1)) });
    const error = await rejection(train(given, `cp ${given.objectFile} reconstruction.npz`));
    expect(error).toMatchObject({
      message: expect.stringMatching(/expected an array named objectGuess, got object/),
    });
  });

  test("data without an object frame", async () => {
    const given = await tinyJob();
    await writeNpz(given.job.testDataPath, {
      diffraction: ndarray("float32", [1, 8, 8], new Float32Array(64)),
    });
    const error = await rejection(train(given, `cp ${given.objectFile} reconstruction.npz`));
    expect(error).toMatchObject({ _tag: "Contract", context: { key: "objectGuess" } });
  });
});

test("the reconstruction of an earlier run does not pass for a new one", async () => {
  const given = await tinyJob();
  await train(given, `cp ${given.objectFile} reconstruction.npz; echo '{}' > result.json`);
  const error = await rejection(train(given, "true"));
  expect(error).toMatchObject({ message: expect.stringContaining("without leaving its reconstruction") });
  expect(existsSync(join(given.job.artifactDir, "result.json"))).toBe(false);
});

test("an abort stops the trainer and is no failure of it", async () => {
  const given = await tinyJob();
  const abort = new AbortController();
  const running = train(given, "echo started; sleep 600", abort.signal);
  while (
    !existsSync(given.job.logPath) ||
    !readFileSync(given.job.logPath, "utf8").includes("out| started")
  ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  abort.abort();
  expect(await rejection(running)).toMatchObject({ _tag: "Interrupted" });
});

test("a time limit is a failure that tells the limit", async () => {
  const { job } = await tinyJob();
  const runner = commandRunner({ command: "sleep 600", execution: { timeoutMs: 50 } });
  const error = await rejection(runTrainingJob(job, { runner, design }));
  expect(error).toMatchObject({ _tag: "Runner", context: { got: "more than 50 ms" } });
});

test("the same command gives the same files in another folder", async () => {
  const kept: Record<string, string>[] = [];
  for (let i = 0; i < 2; i++) {
    const given = await tinyJob();
    await writeFile(join(given.root, "trainer.sh"), `cp "$1" reconstruction.npz; echo "from $PWD"`);
    await train(given, 'sh ../../../../../../trainer.sh "../../../../../../object.npz"');
    const names = ["job.json", "config.json", "params.json", "train.log"];
    kept.push(
      Object.fromEntries(
        names.map((name) => [name, readFileSync(join(given.job.artifactDir, name), "utf8")]),
      ),
    );
  }
  expect(kept[1]).toEqual(kept[0]);
});

test("an empty command is refused", () => {
  expect(() => commandRunner({ command: "  " })).toThrow(expect.objectContaining({ _tag: "Usage" }));
});

test("the overlap metrics are passed on when the study has them", async () => {
  const given = await tinyJob();
  const overlapMetricsPath = join(given.root, "views", "metrics_bundle.json");
  await writeDataFile(overlapMetricsPath);
  const runner = commandRunner({
    command: `cp ${given.objectFile} reconstruction.npz; cp "$DOSELAP_OVERLAP_METRICS" copy.json`,
  });
  await runTrainingJob(given.job, { runner, design, overlapMetricsPath });
  expect(readJson(given.job.artifactDir, "job.json")).toMatchObject({
    overlapMetricsPath: "../../../../../../views/metrics_bundle.json",
  });
  expect(existsSync(join(given.job.artifactDir, "copy.json"))).toBe(true);
});

test("links, pipes and what they lead to: removed from the job's folder, said in the log, never followed", async () => {
  const given = await tinyJob();
  const { job, root, objectFile } = given;
  await writeFile(join(root, "outside.txt"), "kept");
  const odd = [
    `cp ${objectFile} reconstruction.npz; mkdir -p deep/er`,
    `ln -s ${join(root, "outside.txt")} to-file; ln -s ${root} deep/er/to-folder; ln -s nowhere dangling`,
    "mkfifo pipe; echo fine > deep/file",
  ].join("; ");
  await train(given, odd);
  const left = readdirSync(job.artifactDir, { recursive: true, withFileTypes: true });
  expect(left.filter((entry) => !entry.isFile() && !entry.isDirectory())).toEqual([]);
  expect(readFileSync(join(job.artifactDir, "deep/file"), "utf8")).toBe("fine\n");
  expect(readFileSync(join(root, "outside.txt"), "utf8")).toBe("kept");
  const log = readFileSync(job.logPath, "utf8");
  for (const name of ["to-file", "deep/er/to-folder", "dangling"])
    expect(log).toContain(`removed: ${name} is a link`);
  expect(log).toContain("removed: pipe is a pipe");
  const linked = await tinyJob();
  const error = await rejection(train(linked, `ln -s ${linked.objectFile} reconstruction.npz`));
  expect(String(error)).toContain("without leaving its reconstruction");
  expect(readFileSync(linked.job.logPath, "utf8")).toContain("removed: reconstruction.npz is a link");
});

test("a trainer that replaces its job's folder by a link is a failed job", async () => {
  const given = await tinyJob();
  const { artifactDir } = given.job;
  const error = await rejection(train(given, `cd /; rm -r ${artifactDir}; ln -s /tmp ${artifactDir}`));
  expect(String(error)).toContain("replaced its job's folder");
});
