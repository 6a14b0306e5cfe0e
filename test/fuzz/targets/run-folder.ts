// What a run folder holds as text: study.json, plan.json, job records, numbers of the comparison, the journal, the lock, and
// what an external trainer leaves. Each is read as its own program would read it, and used as far as no job is run.

import { hostname, tmpdir } from "node:os";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, normalize, resolve, sep } from "node:path";

import { fileCheckpoint, inputsOfCheckpoint } from "../../../src/pipeline/checkpoint.ts";
import { withPlan, readStudy, type RunContext } from "../../../src/pipeline/context.ts";
import { lockRun } from "../../../src/pipeline/lock.ts";
import { changedOutputs, hashOutputs, readRecord } from "../../../src/pipeline/record.ts";
import { listJobs } from "../../../src/pipeline/executors/graph.ts";
import { stageNames } from "../../../src/pipeline/stage.ts";
import { fileDifferences } from "../../../src/pipeline/verify/file-differences.ts";
import { csvExport } from "../../../src/report/exports/csv.ts";
import { jsonExport } from "../../../src/report/exports/json.ts";
import { readRun, readRunResult } from "../../../src/report/run-data.ts";
import { readRunCosts } from "../../../src/report/run-costs.ts";
import { summarise } from "../../../src/report/summary.ts";
import { designHash } from "../../../src/study/design/hash.ts";
import { loadDesign } from "../../../src/study/design/load.ts";
import type { StudyDesign } from "../../../src/study/design/schema.ts";
import { planStudy } from "../../../src/study/plan.ts";
import { readOutputs } from "../../../src/study/training/runners/protocol.ts";
import { syntheticResult, writeSyntheticRun } from "../../support/synthetic-run.ts";
import { writeNpz } from "../../../src/io/npz.ts";
import { smallArrays } from "../../support/small-dataset.ts";
import { byteMutators } from "../mutate-bytes.ts";
import { jsonMutators } from "../mutate-json.ts";
import { npzMutators } from "../mutate-npz.ts";
import { textMutators } from "../mutate-text.ts";
import type { FuzzTarget } from "../target.ts";

/** Mostly still JSON: what is none is refused by one line of code. */
const mutators = [...jsonMutators, ...jsonMutators, ...jsonMutators, ...textMutators, ...byteMutators];
const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const quick = (): Promise<StudyDesign> => loadDesign("quick", { cwd: process.cwd() });

/** The input under its name in the folder. */
async function place(input: Uint8Array, folder: string, name: string): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), input);
}

/** A target whose input is one file of a run folder. */
function fileTarget(
  file: string,
  {
    name = file,
    samples,
    read,
    setUp,
    keeps = [],
  }: {
    readonly name?: string;
    readonly samples: () => Promise<readonly Uint8Array[]>;
    readonly read: (folder: string) => Promise<unknown>;
    readonly setUp?: (folder: string) => Promise<void>;
    readonly keeps?: readonly string[];
  },
): FuzzTarget {
  return {
    name,
    mutators,
    samples,
    keeps: [file, ...keeps],
    ...(setUp === undefined ? {} : { setUp }),
    async read(input, folder) {
      await place(input, folder, file);
      return read(folder);
    },
  };
}

export const studyTarget = fileTarget("study.json", {
  samples: async () => {
    const design = await quick();
    const measured = await loadDesign("measured", { cwd: process.cwd() });
    return [design, measured].map((each) =>
      json({ schemaVersion: 1, designHash: designHash(each), design: each }),
    );
  },
  async read(folder) {
    await rightHash(join(folder, "study.json"));
    const study = await readStudy(folder);
    if (study?.design.kind === "simulated") designHash(study.design);
  },
});

/** A design that was changed together with its hash: what a hostile folder would hold. */
async function rightHash(file: string): Promise<void> {
  try {
    const study = JSON.parse(await readFile(file, "utf8"));
    study.designHash = designHash(study.design);
    await writeFile(file, JSON.stringify(study));
  } catch {
    // No JSON, or no design: it is read as it stands.
  }
}

let known: Promise<RunContext> | undefined;
function quickRun(root: string): Promise<RunContext> {
  known ??= quick().then((design) => ({
    root,
    design,
    designHash: designHash(design),
    trainer: { runner: "builtin" },
  }));
  return known;
}

/** Jobs are listed from the plan, and none may lie outside of the run folder. */
export const planTarget = fileTarget("plan/plan.json", {
  name: "plan.json",
  samples: async () => {
    const design = await quick();
    if (design.kind !== "simulated") throw new TypeError("quick is simulated");
    return [json(await planStudy(design))];
  },
  async read(folder) {
    const context = await withPlan(await quickRun(folder));
    for (const { path } of listJobs(context, stageNames, {})) {
      if (normalize(path) !== path.split("/").join(sep) || path.startsWith("..") || path.includes("\0"))
        throw new TypeError(`a job outside of its folder: ${path}`);
    }
  },
});

export const recordTarget = fileTarget("job/result.json", {
  name: "result.json",
  keeps: ["job/log.txt"],
  async setUp(folder) {
    await place(Buffer.from("a line\n"), folder, "job/log.txt");
  },
  samples: async () => {
    const outputs = { "log.txt": "ab".repeat(32) };
    const rest = { stage: "train", designHash: "cd".repeat(32), inputsHash: "ef".repeat(32), outputs };
    return [
      json({ state: "done", reason: null, ...rest, summary: { files: 1 } }),
      json({ state: "failed", reason: "a reason", ...rest, summary: {} }),
    ];
  },
  async read(folder) {
    const record = await readRecord(join(folder, "job"));
    if (record === undefined) return;
    await changedOutputs(join(folder, "job"), record);
    await hashOutputs(join(folder, "job"));
    if (!["done", "failed", "skipped"].includes(record.state))
      throw new TypeError(`a state: ${String(record.state)}`);
    const job = resolve(folder, "job");
    for (const name of Object.keys(record.outputs)) {
      if (name.includes("\0") || !resolve(job, name).startsWith(job + sep))
        throw new TypeError(`an output outside of its folder: ${name}`);
    }
  },
});

export const resultTarget = fileTarget("compare/metrics.json", {
  name: "metrics.json",
  keeps: ["study.json"],
  setUp: placeHead,
  samples: async () => [json(smallResult())],
  async read(folder) {
    const result = await readRunResult(folder);
    for (const { path } of result.cells) {
      if (
        join(folder, "compare", path) !== normalize(`${folder}/compare/${path}`) ||
        path.split(/[/\\]/u).includes("..")
      )
        throw new TypeError(`a cell outside of its folder: ${path}`);
    }
    summarise(result);
    csvExport(result);
  },
});

const smallSize = { heightPx: 20, widthPx: 24 };
const alignedFile = "compare/dose_1000/dense/seed_42/aligned.npz";

function smallResult() {
  const arms = { arms: { rpie: 0.3 }, failed: { dm: "why" } };
  return syntheticResult({ ...smallSize, ...arms, doses: [1e3, 1e4], viewNames: ["dense"] });
}

function placeHead(folder: string): Promise<void> {
  return place(json({ designHash: smallResult().designHash }), folder, "study.json");
}

/** The report in words: everything but the drawing, which takes a second. */
export const reportTextTarget = fileTarget("compare/metrics.json", {
  name: "report-text",
  keeps: ["study.json"],
  setUp: placeHead,
  samples: async () => [json(smallResult())],
  async read(folder) {
    // They load a whole browser's document, which the other targets do not wait for.
    const { createReportContext } = await import("../../../src/report/report-context.ts");
    const { markdownExport } = await import("../../../src/report/exports/markdown.ts");
    const context = createReportContext({
      result: await readRunResult(folder),
      images: new Map(),
      costs: null,
    });
    try {
      markdownExport(context, []);
      jsonExport(context);
    } finally {
      context.maker.close();
    }
  },
});

/** The pictures of a cell. */
export const imagesTarget: FuzzTarget = {
  name: "aligned.npz",
  mutators: [...npzMutators, ...byteMutators],
  keeps: ["study.json", "compare/metrics.json", alignedFile],
  async setUp(folder) {
    await writeSyntheticRun(folder, {
      ...smallSize,
      doses: [1e3],
      viewNames: ["dense"],
      arms: { rpie: 0.3 },
    });
  },
  async samples(folder) {
    await imagesTarget.setUp!(folder);
    return [await readFile(join(folder, alignedFile))];
  },
  async read(input, folder) {
    await place(input, folder, alignedFile);
    await readRun(folder);
  },
};

/** A file of a run against the same one computed anew, as `report --verify` compares them. */
export const verifyTarget = fileTarget("stored/metrics.json", {
  name: "verify-json",
  keeps: ["again/metrics.json"],
  setUp: (folder) => place(json(smallResult()), folder, "again/metrics.json"),
  samples: async () => [json(smallResult())],
  read: (folder) => fileDifferences(join(folder, "stored/metrics.json"), join(folder, "again/metrics.json")),
});

export const eventsTarget = fileTarget("events.jsonl", {
  samples: async () => {
    const machine = { processor: "x", cores: 2, memoryBytes: 1e9, system: "linux", node: "v20" };
    const cost = {
      wallSeconds: 2,
      coreSeconds: 1,
      coreBasis: "process",
      peakMemoryBytes: 1e8,
      jobsAtOnce: 1,
    };
    const job = { stage: "reconstruct", path: "reconstruct/dose_1000/dense/gs2/rpie/seed_42" };
    const events = [
      { time: 0, kind: "run-start", doselapVersion: "0.2.0", workers: 2, machine },
      { time: 1, kind: "job-start", ...job },
      { time: 2, kind: "job-end", ...job, state: "done", reason: null, reused: false, cost },
    ];
    return [Buffer.from(`${events.map((event) => JSON.stringify(event)).join("\n")}\n`)];
  },
  async read(folder) {
    await readRunCosts(folder);
  },
});

/** Above Linux's largest process number. */
const noProcess = 2 ** 22 + 1;

/** A lock is read, and taken over from a dead process. */
export const lockTarget = fileTarget("run.lock", {
  samples: async () => [json({ pid: noProcess, host: hostname() }), Buffer.alloc(0)],
  async read(folder) {
    const release = await lockRun(folder);
    await release();
  },
});

/** A spoilt one is no checkpoint, or is discarded with a note; what is loaded is what was saved. */
export const checkpointTarget = fileTarget("checkpoint", {
  async samples() {
    const folder = await mkdtemp(join(tmpdir(), "doselap-fuzz-"));
    const file = join(folder, "checkpoint");
    try {
      await checkpointIn(file, () => undefined).save(checkpointState);
      return [await readFile(file)];
    } finally {
      await rm(folder, { recursive: true });
    }
  },
  async read(folder) {
    const file = join(folder, "checkpoint");
    await inputsOfCheckpoint(file);
    const notes: string[] = [];
    const state = await checkpointIn(file, (text) => notes.push(text)).load();
    if (state === undefined && notes.length === 0) throw new TypeError("discarded without a word");
    if (state !== undefined && !Buffer.from(state).equals(checkpointState))
      throw new TypeError("another state than was saved");
  },
});

const checkpointState = Buffer.from("a state\n\0of bytes");

function checkpointIn(file: string, note: (text: string) => void) {
  return fileCheckpoint(
    { file, draft: `${file}.draft` },
    "ab".repeat(32),
    { everyMs: 1000, now: () => 0 },
    note,
  );
}

export const trainerTarget = fileTarget("job/result.json", {
  name: "trainer-result",
  keeps: ["job/reconstruction.npz", "test.npz"],
  async setUp(folder) {
    const { objectGuess, ...others } = smallArrays();
    await mkdir(join(folder, "job"), { recursive: true });
    await writeNpz(join(folder, "test.npz"), { ...others, objectGuess: objectGuess! });
    await writeNpz(join(folder, "job", "reconstruction.npz"), { objectGuess: objectGuess! });
  },
  samples: async () => [json({ epochs: 3, loss: 0.5, metrics: { ssim: 0.9 } })],
  read: (folder) => readOutputs(trainerCall(folder)),
});

function trainerCall(folder: string): Parameters<typeof readOutputs>[0] {
  const job = {
    dose: 1000,
    view: "dense",
    gridsize: 2,
    trainDataPath: join(folder, "test.npz"),
    testDataPath: join(folder, "test.npz"),
    artifactDir: join(folder, "job"),
    logPath: join(folder, "job", "train.log"),
    arm: "pinn",
    seed: 42,
  } as const;
  const call: Pick<Parameters<typeof readOutputs>[0], "job"> = { job };
  return call as Parameters<typeof readOutputs>[0];
}
