// The train command: filters, manifest, the bridge's parameters, and a real external program as trainer.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeDataset } from "../../src/data/write.ts";
import { nearFieldScan } from "../support/near-field-scan.ts";
import { cli, writeTinyStudy, type CliResult } from "../support/cli.ts";

let folder: string;
let study: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-train-"));
  study = await writeTinyStudy(folder);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Row {
  readonly [key: string]: unknown;
}
async function json(path: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(folder, path), "utf8")) as Record<string, unknown>;
}
function train(...args: string[]): Promise<CliResult> {
  return cli(["train", study, ...args], { cwd: folder });
}

// A trainer in a few lines: takes what the job says and leaves a flat object on the test frame.
const trainer = `
import { readFileSync, writeFileSync, existsSync } from "node:fs";
import { ndarray, openNpz, writeNpz } from ${JSON.stringify(new URL("../../dist/index.js", import.meta.url).href)};
const params = JSON.parse(readFileSync("params.json", "utf8"));
const config = JSON.parse(readFileSync("config.json", "utf8"));
const job = JSON.parse(readFileSync("job.json", "utf8"));
if (process.cwd() !== process.env.DOSELAP_JOB_DIR) throw new Error("not in the job's folder");
console.log("training " + job.view + " with " + params.nphotons + " photons, object.big=" + params["object.big"] + " \\u00b5");
if (job.dose === 1000 && job.view === "sparse") { console.error("out of luck"); process.exit(7); }
const test = await openNpz(config.testDataFile);
const { shape } = await test.header("objectGuess");
await test.close();
const object = new Float32Array(2 * shape[0] * shape[1]);
for (let i = 0; i < object.length; i += 2) object[i] = 0.9;
await writeNpz("reconstruction.npz", { objectGuess: ndarray("complex64", shape, object) });
writeFileSync("result.json", JSON.stringify({ finalLoss: 0.5 }));
`;

describe("training CLI filters jobs", () => {
  test("a dose and a view leave the jobs of one cell", async () => {
    const { code, stdout } = await train(
      "--out",
      "dry",
      "--dose",
      "1000",
      "--view",
      "baseline",
      "--arm",
      "pinn",
      "--dry-run",
      "--json",
    );
    expect(code).toBe(0);
    const { dryRun, jobs } = JSON.parse(stdout) as { dryRun: boolean; jobs: Row[] };
    expect(dryRun).toBe(true);
    expect(jobs).toHaveLength(1);
    expect(jobs[0]).toMatchObject({
      stage: "train",
      dose: 1000,
      view: "baseline",
      gridsize: 1,
      arm: "pinn",
      seed: 42,
    });
  });

  test("without filters there is a job per dose, view and network arm", async () => {
    const { stdout } = await train("--out", "dry", "--dry-run", "--json");
    const { jobs } = JSON.parse(stdout) as { jobs: Row[] };
    expect(jobs).toHaveLength(2 * 3 * 2);
    expect(new Set(jobs.map(({ gridsize, view }) => `${view as string} gs${gridsize as number}`))).toEqual(
      new Set(["baseline gs1", "dense gs2", "sparse gs2"]),
    );
  });

  test("--gridsize 1 leaves the baseline", async () => {
    const { stdout } = await train("--out", "dry", "--gridsize", "1", "--dry-run", "--json");
    const { jobs } = JSON.parse(stdout) as { jobs: Row[] };
    expect(jobs.map(({ view }) => view)).toEqual(Array.from({ length: 4 }, () => "baseline"));
  });

  test("a filter that matches nothing exits 2 and lists what exists", async () => {
    const { code, stderr, stdout } = await train("--out", "dry", "--dose", "77");
    expect(code).toBe(2);
    expect(stderr).toMatch(/no job matches.*doses 1000, 100000; views baseline, dense, sparse/);
    expect(stdout).toBe("");
  });
});

describe("training CLI manifest and bridging", () => {
  let result: CliResult;
  beforeAll(async () => {
    await writeFile(join(folder, "trainer.mjs"), trainer);
    const command = `${JSON.stringify(process.execPath)} ${JSON.stringify(join(folder, "trainer.mjs"))}`;
    result = await train("--out", "run", "--arm", "pinn", "--runner", "command", "--command", command);
  }, 240_000);

  test("a failing job exits 1, and the other jobs go on", async () => {
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/train\/dose_1000\/sparse\/gs2\/pinn\/seed_42.*exit code 7/);
    const { jobs } = (await json("run/train/training_manifest.json")) as { jobs: Row[] };
    const states = jobs
      .filter(({ arm }) => arm === "pinn")
      .map(({ dose, view, state }) => `${dose as number} ${view as string} ${state as string}`);
    expect(states).toEqual([
      "1000 baseline done",
      "1000 dense done",
      "1000 sparse failed",
      "100000 baseline done",
      "100000 dense done",
      "100000 sparse done",
    ]);
  });

  test("the manifest echoes the effective configuration and the trainer's numbers, with relative paths", async () => {
    const { jobs } = (await json("run/train/training_manifest.json")) as { jobs: Row[] };
    const done = jobs.find(({ dose, view, arm }) => dose === 100000 && view === "dense" && arm === "pinn");
    expect(done).toMatchObject({
      gridsize: 2,
      seed: 42,
      trainDataPath: "data/dose_100000/dense/seed_42/train.npz",
      config: {
        nphotons: 100000,
        neighborCount: 7,
        groupingSeed: 123,
        subsampleSeed: 456,
        model: { N: 32, gridsize: 2 },
      },
      result: { metrics: { finalLoss: 0.5 } },
    });
    // A failed job's reason quotes the user's own command, which may hold any path.
    expect(JSON.stringify(jobs.filter(({ state }) => state !== "failed"))).not.toContain(folder);
  });

  test("the bridge's legacy parameters carry the job's dose, gridsize and K", async () => {
    const params = await json("run/train/dose_1000/baseline/gs1/pinn/seed_42/params.json");
    expect(params).toMatchObject({
      nphotons: 1000,
      gridsize: 1,
      N: 32,
      neighbor_count: 7,
      "object.big": true,
      model_type: "pinn",
    });
    const dense = await json("run/train/dose_100000/dense/gs2/pinn/seed_42/params.json");
    expect(dense).toMatchObject({ nphotons: 100000, gridsize: 2 });
  });

  test("the log is ASCII and holds the data's hashes and the trainer's own words", async () => {
    const log = await readFile(join(folder, "run/train/dose_1000/sparse/gs2/pinn/seed_42/train.log"), "utf8");
    expect(log).toMatch(/^[\x20-\x7e\n]*$/);
    expect(log).toMatch(/train data: data\/dose_1000\/sparse\/seed_42\/train\.npz sha256=[0-9a-f]{64}/);
    expect(log).toMatch(/training sparse with 1000 photons, object\.big=true \\u00b5/);
    expect(log).toMatch(/out of luck/);
    expect(log).toMatch(/result: failed/);
  });

  test("a dry run in a folder with data writes the planned call to the log, shows the config, and leaves ended jobs alone", async () => {
    const before = await readFile(
      join(folder, "run/train/dose_1000/dense/gs2/pinn/seed_42/train.log"),
      "utf8",
    );
    const { code, stdout } = await train(
      "--out",
      "run",
      "--dose",
      "1000",
      "--view",
      "dense",
      "--dry-run",
      "--json",
    );
    expect(code).toBe(0);
    const { jobs } = JSON.parse(stdout) as { jobs: Row[] };
    expect(jobs.find(({ arm }) => arm === "supervised")).toMatchObject({
      dose: 1000,
      view: "dense",
      config: { nphotons: 1000, neighborCount: 7, arm: "supervised" },
      command: expect.stringMatching(/^doselap train .*--arm supervised/),
    });
    const log = await readFile(
      join(folder, "run/train/dose_1000/dense/gs2/supervised/seed_42/train.log"),
      "utf8",
    );
    expect(log).toMatch(/DRY RUN: command: doselap train/);
    expect(await readFile(join(folder, "run/train/dose_1000/dense/gs2/pinn/seed_42/train.log"), "utf8")).toBe(
      before,
    );
    // The manifest of the real run stays.
    expect(await json("run/train/training_manifest.json")).toMatchObject({ dryRun: false });
  });

  test("a program named from where doselap was started is found, and an edited one trains again", async () => {
    const program = join(folder, "mine.sh");
    const only = ["--out", "edited", "--dose", "1000", "--view", "baseline", "--arm", "pinn"];
    const again = (): Promise<CliResult> =>
      train(...only, "--runner", "command", "--command", "/bin/sh mine.sh 1");
    // The test data hold an object on their own frame.
    await writeFile(program, 'echo "first $1"; cp "$DOSELAP_TEST_DATA" reconstruction.npz\n');
    expect((await again()).code).toBe(0);
    expect((await again()).stdout).toMatch(/^(\d+) jobs done \(\1 found finished\)/mu);
    await writeFile(program, 'echo "second $1"; cp "$DOSELAP_TEST_DATA" reconstruction.npz\n');
    const { code, stdout } = await again();
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/^(\d+) jobs done \(\1 found finished\)/mu);
    const log = await readFile(
      join(folder, "edited/train/dose_1000/baseline/gs1/pinn/seed_42/train.log"),
      "utf8",
    );
    expect(log).toMatch(/^out\| second 1$/mu);
  });

  test("a network that needs the truth is skipped in a measured study, with the reason, and --strict exits 3", async () => {
    const scene = ["--object", "cells", "--object-size", "112x112", "--probe", "default", "--size", "32"];
    const scan = await cli(
      ["simulate", ...scene, "--dose", "20000", "--overlap", "0.6", "--out", "scan.npz"],
      {
        cwd: folder,
      },
    );
    expect(scan.code).toBe(0);
    await writeFile(
      join(folder, "mine.yaml"),
      `preset: measured
name: mine
doseFractions: [1]
views: { o-70: null, o-50: null, o-30: null }
arms: [supervised, rpie]
`,
    );
    const call = ["train", "mine.yaml", "--input", "scan.npz", "--out", "skip"];
    const { code, stderr } = await cli(call, { cwd: folder });
    expect(code).toBe(0);
    expect(stderr).toMatch(/1 skipped: no labels/);
    const { skippedJobs } = (await json("skip/train/skip_summary.json")) as { skippedJobs: Row[] };
    expect(skippedJobs).toEqual([
      expect.objectContaining({ view: "full", arm: "supervised", reason: "no labels" }),
    ]);
    expect((await cli([...call, "--strict"], { cwd: folder })).code).toBe(3);
  });

  test("a network that does not know the near field is skipped on such a scan, and told", async () => {
    await writeDataset(join(folder, "near.npz"), nearFieldScan());
    await writeFile(
      join(folder, "near.yaml"),
      `preset: measured
name: near
doseFractions: [1]
views: { o-70: null, o-50: null, o-30: null }
arms: [pinn, pinn-scan, rpie]
`,
    );
    const call = ["train", "near.yaml", "--input", "near.npz", "--out", "near"];
    const { code, stderr } = await cli(call, { cwd: folder });
    expect(stderr).toMatch(/2 skipped: near field/);
    expect(code).toBe(0);
    const { skippedJobs } = (await json("near/train/skip_summary.json")) as { skippedJobs: Row[] };
    expect(skippedJobs.map(({ arm, reason }) => [arm, reason])).toEqual([
      ["pinn", "near field"],
      ["pinn-scan", "near field"],
    ]);
  });

  test("nor does it know Fourier shifts between pixels: skipped before training, and told", async () => {
    const scene = ["--object", "cells", "--object-size", "112x112", "--probe", "default", "--size", "32"];
    const shifts = ["--subpixel", "fourier", "--dose", "20000", "--overlap", "0.6", "--out", "shifted.npz"];
    expect((await cli(["simulate", ...scene, ...shifts], { cwd: folder })).code).toBe(0);
    await writeFile(
      join(folder, "shifted.yaml"),
      "preset: measured\nname: shifted\ndoseFractions: [1]\nviews: { o-70: null, o-50: null, o-30: null }\narms: [pinn, rpie]\n",
    );
    const call = ["train", "shifted.yaml", "--input", "shifted.npz", "--out", "shifted"];
    const { code, stderr } = await cli(call, { cwd: folder });
    expect(stderr).toMatch(/1 skipped: Fourier shifts/);
    expect(code).toBe(0);
  });

  test("without a runner being named, doselap itself trains", async () => {
    const { code, stdout } = await train("--out", "own", "--dose", "1000", "--view", "baseline", "--json");
    expect(code).toBe(0);
    const { jobs } = JSON.parse(stdout) as { jobs: Row[] };
    expect(jobs.filter(({ stage }) => stage === "train").map(({ arm, state }) => [arm, state])).toEqual([
      ["pinn", "done"],
      ["supervised", "done"],
    ]);
    const log = await readFile(
      join(folder, "own/train/dose_1000/baseline/gs1/pinn/seed_42/train.log"),
      "utf8",
    );
    expect(log).toMatch(/^config: backend=builtin$/m);
    expect(log).toMatch(/^epoch 2\/2: loss /m);
  });
});
